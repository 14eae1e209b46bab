// What the product is called. `scripts/rename` changes it here, in index.html and in the README.
export const BRAND = 'Workbench';
