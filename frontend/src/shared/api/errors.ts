// What the API says when it refuses: {"error": {"code", "message", "fields"?}}. Every request here fails with an ApiError.

export class ApiError extends Error {
  /** `status` is 0 when no server answered. `fields` maps a field's name to its sentences. */
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: Record<string, string[]> = {},
  ) {
    super(message);
  }

  /** The same request may succeed soon: nobody answered, or the server or a proxy had trouble. A full storage stays full. */
  get isTransient(): boolean {
    return this.status === 0 || (this.status >= 500 && this.status !== 507);
  }
}

export const unreachable = () =>
  new ApiError(
    0,
    'UNREACHABLE',
    navigator.onLine ? 'The server does not answer. Check that it runs.' : 'This computer has no network.',
  );

/** Return the error that a response's body describes, or a fitting one when it isn't the API that answered. */
export function parseError(status: number, body: string): ApiError {
  const error = errorIn(body);
  if (!error) return new ApiError(status, `HTTP_${status}`, sentenceFor(status));
  return new ApiError(status, error.code, error.message, error.fields ?? {});
}

type ErrorBody = { code: string; message: string; fields?: Record<string, string[]> };

function errorIn(body: string): ErrorBody | null {
  try {
    return (JSON.parse(body) as { error?: ErrorBody } | null)?.error ?? null;
  } catch {
    return null;
  }
}

function sentenceFor(status: number): string {
  if (status === 413) return 'The file is larger than the server takes.';
  if (status === 429) return 'That was too much at once. Wait a little, then try again.';
  if (status === 507) return 'There is no room left for more files. Delete jobs that you are done with.';
  if (status >= 500) return `The server is away or restarting (status ${status}).`;
  return `The server refused this request (status ${status}).`;
}

export type FieldErrors = Record<string, string>;

/**
 * Return one sentence per field of a refused request; "" holds what belongs to no field in `known`.
 * A field that is an object answers with "name: sentence" for its members: those become "field.name".
 */
export function fieldErrors(error: Error | null, known: string[]): FieldErrors {
  if (!(error instanceof ApiError)) return error ? { '': error.message } : {};
  const errors: FieldErrors = {};
  for (const [field, texts] of Object.entries(error.fields)) {
    for (const text of texts) {
      const member = /^(\w+): (.*)$/s.exec(text);
      const [name, sentence] =
        member && known.includes(`${field}.${member[1]}`)
          ? [`${field}.${member[1]}`, member[2] ?? '']
          : [known.includes(field) ? field : '', text];
      errors[name] = errors[name] ? `${errors[name]} ${sentence}` : sentence;
    }
  }
  if (Object.keys(errors).length === 0) errors[''] = error.message;
  return errors;
}
