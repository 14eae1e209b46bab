// Where Flower is: on a port of its own in development (FLOWER_PORT), behind the same proxy in production.

export function flowerUrl(): string {
  const port = String(import.meta.env.VITE_FLOWER_PORT);
  return import.meta.env.DEV ? `${location.protocol}//${location.hostname}:${port}` : '/flower/';
}
