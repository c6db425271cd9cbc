// The body of an answer that refuses a request before GraphQL saw it.

/** Refusals have the form of a GraphQL answer, so that one client code reads them all. */
export function refusal(
  code: string,
  message: string,
  requestId?: string,
): { errors: { message: string; extensions: { code: string; requestId?: string } }[] } {
  return { errors: [{ message, extensions: { code, ...(requestId !== undefined && { requestId }) } }] };
}
