import { expect, test } from 'vitest';
import { optionFields, optionsOfLink, optionsToSend, optionValues } from './optionsSchema';

// As pydantic writes it.
const schema = {
  $defs: { Language: { enum: ['en', 'de'], title: 'Language', type: 'string' } },
  properties: {
    max_columns: {
      default: 50,
      description: 'At most.',
      maximum: 200,
      minimum: 1,
      title: 'Max Columns',
      type: 'integer',
    },
    delimiter: { anyOf: [{ type: 'string' }, { type: 'null' }], default: null, title: 'Delimiter' },
    header: { default: true, title: 'Header', type: 'boolean' },
    language: { $ref: '#/$defs/Language', default: 'en', description: 'Of the summary.' },
    renames: { default: {}, type: 'object' },
    tags: { default: ['a', 'b'], items: { type: 'string' }, title: 'Tags', type: 'array' },
    sizes: { default: [], items: { type: 'integer' }, type: 'array' },
    title: { title: 'Title', type: 'string', maxLength: 80 },
  },
  required: ['title'],
  type: 'object',
};
const fields = optionFields(schema);

test('each kind of property becomes a field, and what has no field is left out', () => {
  expect(fields.map(({ name, type }) => [name, type])).toEqual([
    ['max_columns', 'integer'],
    ['delimiter', 'text'],
    ['header', 'boolean'],
    ['language', 'choice'],
    ['tags', 'lines'],
    ['title', 'text'],
  ]);
});

test('limits, defaults, hints and choices come along', () => {
  expect(fields[0]).toMatchObject({
    initial: '50',
    minimum: 1,
    maximum: 200,
    hint: 'At most.',
    required: false,
  });
  expect(fields[3]).toMatchObject({ choices: ['en', 'de'], initial: 'en', hint: 'Of the summary.' });
  expect(fields[4]).toMatchObject({ initial: 'a\nb' });
  expect(fields[5]).toMatchObject({ required: true, initial: '', longest: 80 });
});

test('only what differs from the defaults is sent, in its own type', () => {
  const values = { max_columns: '12', header: true, language: 'de', delimiter: ';' };
  expect(optionsToSend(fields, values)).toEqual({ max_columns: 12, language: 'de', delimiter: ';' });
  expect(optionsToSend(fields, {})).toEqual({});
});

test('an emptied number is sent as null, and not as 0', () => {
  expect(optionsToSend(fields, { max_columns: '' })).toEqual({ max_columns: null });
});

test('a list is sent line by line, without the empty ones, and an emptied one as empty', () => {
  expect(optionsToSend(fields, { tags: ' a \n\nc' })).toEqual({ tags: ['a', 'c'] });
  expect(optionsToSend(fields, { tags: '' })).toEqual({ tags: [] });
  expect(optionsToSend(fields, { tags: 'a\nb' })).toEqual({});
});

test('a link fills the form in', () => {
  const link = new URLSearchParams(
    'kind=report&from=1&header=false&max_columns=7&title=%E6%9D%B1%E4%BA%AC&x=y',
  );
  expect(optionValues(fields, optionsOfLink(link))).toEqual({
    header: false,
    max_columns: '7',
    title: '東京',
  });
});
