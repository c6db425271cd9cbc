// Errors of a compiled program in the form that the ordinary executor gives them: what masks and logs them looks there.
import { locatedError, type GraphQLError, type ExecutionResult, type GraphQLScalarType } from 'graphql';

/** A program keeps only the message of what a scalar throws; so the message carries the error. */
export function keepCause(scalar: GraphQLScalarType): (value: unknown) => unknown {
  return (value) => {
    try {
      return scalar.serialize(value);
    } catch (cause) {
      throw Object.assign(new Error('a leaf'), { message: cause });
    }
  };
}

/**
 * The errors, each located, and one for each place that they have emptied. A program tells them all, those last which emptied
 * a place above their own; what failed below such a place is gone with it.
 */
export function asOrdinary({ data, errors = [] }: ExecutionResult): readonly GraphQLError[] {
  const told = new Map(errors.map((error) => [JSON.stringify(emptyPlace(data, error.path ?? [])), error]));
  return [...told.values()].map(located);
}

function located({ message, originalError, path, locations }: GraphQLError): GraphQLError {
  // The program puts there what was thrown, whatever it was; of a null that must not be it has words only.
  const thrown: unknown = originalError ?? message;
  const error = locatedError(thrown instanceof Error ? thrown : new Error(message), undefined, path);
  return error.locations === undefined ? Object.assign(error, { locations }) : error;
}

/** How far the path leads into the data before it meets the null that the error has left. */
function emptyPlace(data: unknown, path: readonly (string | number)[]): readonly (string | number)[] {
  let value = data;
  for (const [at, step] of path.entries()) {
    if (typeof value !== 'object' || value === null) return path.slice(0, at);
    value = Reflect.get(value, step);
  }
  return path;
}
