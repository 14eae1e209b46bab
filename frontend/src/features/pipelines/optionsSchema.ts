// Reads the part of JSON Schema that pipelines' options use: flat objects of texts, numbers, switches, choices and
// lists of texts.

type Schema = {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  allOf?: Schema[];
  $ref?: string;
  $defs?: Record<string, Schema>;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
};

export type OptionField = {
  name: string;
  label: string;
  hint: string | undefined;
  type: 'text' | 'lines' | 'number' | 'integer' | 'boolean' | 'choice';
  choices: string[];
  initial: string | boolean;
  required: boolean;
  minimum: number | undefined;
  maximum: number | undefined;
  longest: number | undefined; // characters
};

/** What stands in the form: a list has one text per line. */
export type OptionValues = Record<string, string | boolean>;

/** Return the fields of a form for this schema. What can't be shown as one of the types is left to the API. */
export function optionFields(schema: Schema): OptionField[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const resolved = resolve(property, schema);
    const type = fieldType(resolved);
    if (!type) return [];
    const { title, description, default: initial } = { ...resolved, ...property };
    return {
      name,
      label: title ?? name,
      hint: description,
      type,
      choices: (resolved.enum ?? []).map(String),
      initial: type === 'boolean' ? Boolean(initial) : asText(initial),
      required: schema.required?.includes(name) ?? false,
      minimum: resolved.minimum,
      maximum: resolved.maximum,
      longest: resolved.maxLength,
    };
  });
}

/** Return what stands in the form for options that a job had, or that a link names. */
export function optionValues(fields: OptionField[], options: Record<string, unknown>): OptionValues {
  const given = fields.filter(({ name }) => name in options);
  return Object.fromEntries(
    given.map(({ name, type }) => [
      name,
      type === 'boolean' ? String(options[name]) === 'true' : asText(options[name]),
    ]),
  );
}

/** Return the options that a link names: `?kind=report&language=de`. Texts, as an address has no others. */
export function optionsOfLink(search: URLSearchParams): Record<string, unknown> {
  return Object.fromEntries([...search].filter(([name]) => name !== 'kind' && name !== 'from'));
}

/** Return the options to send: only what differs from the defaults, so that a default may change on the server. */
export function optionsToSend(fields: OptionField[], values: OptionValues): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const field of fields) {
    const value = values[field.name] ?? field.initial;
    if (value === field.initial) continue;
    options[field.name] = typed(field, value);
  }
  return options;
}

function typed(field: OptionField, value: string | boolean): unknown {
  if (field.type === 'lines') return linesOf(String(value));
  if (field.type !== 'number' && field.type !== 'integer') return value;
  return value === '' ? null : Number(value);
}

/** Follow a reference, and take the one alternative that isn't null. */
function resolve(property: Schema, root: Schema): Schema {
  const inner =
    (property.$ref && root.$defs?.[property.$ref.replace('#/$defs/', '')]) ||
    property.allOf?.[0] ||
    property.anyOf?.find(({ type }) => type !== 'null');
  return inner ? resolve(inner, root) : property;
}

function fieldType({ type, enum: choices, items }: Schema): OptionField['type'] | null {
  if (choices) return 'choice';
  if (type === 'string') return 'text';
  if (type === 'array') return items?.type === 'string' ? 'lines' : null;
  return type === 'number' || type === 'integer' || type === 'boolean' ? type : null;
}

const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

function asText(value: unknown): string {
  if (Array.isArray(value)) return value.join('\n');
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
