// GraphQL over HTTP, as the specification's own audits see the running server; what it does otherwise is named in an ADR.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { serverAudits, type AuditResult } from 'graphql-http';
import { listen, type RunningServer } from '../../../src/http/server';
import { openTestHouse, type TestHouse } from '../testHouse';

const ADR = join(__dirname, '..', '..', '..', 'docs', 'adr', '0027-graphql-over-http.md');

let house: TestHouse;
let running: RunningServer;
let results: readonly AuditResult[];

beforeAll(async () => {
  // Not in production mode, since some audits need introspection to be answered.
  house = await openTestHouse();
  running = await listen(house.service.server, '127.0.0.1', 0);
  const token = await house.staff();
  const fetchFn = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const headers = new Headers(init.headers);
    headers.set('authorization', `Bearer ${token}`);
    // The audits ask as a program does; a browser's question without this header is refused, and tested elsewhere (G8).
    headers.set('apollo-require-preflight', 'true');
    return await fetch(url, { ...init, headers });
  };
  const audits = serverAudits({ url: `${running.url}/graphql`, fetchFn });
  results = await Promise.all(audits.map(async (audit) => await audit.fn()));
});
afterAll(async () => await house.close());

/** What failed, by its id, with what was asked of us. */
const failed = (level: string): Record<string, string> =>
  Object.fromEntries(
    results.filter(({ name, status }) => name.startsWith(level) && status !== 'ok').map(({ id, name }) => [id, name]),
  );
const asked = (level: string): number => results.filter(({ name }) => name.startsWith(level)).length;

test('every MUST is done', () => {
  expect(asked('MUST')).toBe(13);
  expect(failed('MUST')).toEqual({});
});

test('each SHOULD that is not done is named with its reason', () => {
  expect(asked('SHOULD')).toBe(23);
  const adr = readFileSync(ADR, 'utf8');
  expect(Object.keys(failed('SHOULD')).filter((id) => !adr.includes(id))).toEqual([]);
  // Status 400 and not 200 for what cannot be parsed, is invalid or has wrong variables, whatever media type is accepted.
  expect(Object.keys(failed('SHOULD')).sort()).toEqual(['572B', '7B9B', 'FDE2']);
});

test('every MAY is done too', () => {
  expect(asked('MAY')).toBe(25);
  expect(failed('MAY')).toEqual({});
});
