// The explorer page in a real Chromium, against a real embedded start: what a visitor clicks, and what he sees.
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright-core';
import { findChromiumProgram } from '../setup/chromiumProgram';
import { copyProject, type ProjectCopy, type StartedProcess } from '../setup/projectCopy';

/** A first run may have to fetch the browser, and a start imports two utilities. */
jest.setTimeout(400_000);

const ROOT = path.resolve(__dirname, '../..');
/** Out of Git's sight; a person looks at it after a change of the page. */
const SCREENSHOTS = path.join(ROOT, 'artifacts');

/** Nothing of its own that calls home, and no profile of anybody. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let project: ProjectCopy;
let service: StartedProcess;
let profile: string;
let browser: BrowserContext;
let page: Page;
let url: string;
const asked: string[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  const { program, env } = await findChromiumProgram();
  await mkdir(SCREENSHOTS, { recursive: true });
  profile = await mkdtemp(path.join(tmpdir(), 'chromium-'));
  project = await copyProject(undefined);
  service = project.start('src/start', [], { PORT: '0' });
  const printed = await service.until('begins anew.');
  url = /^ +Explorer +(\S+)$/m.exec(printed)?.[1] ?? 'the start named no explorer';
  browser = await chromium.launchPersistentContext(profile, {
    executablePath: program,
    env,
    headless: true,
    args: FLAGS,
    viewport: { width: 1440, height: 900 },
  });
  browser.on('request', (request) => asked.push(request.url()));
  browser.on('weberror', (error) => complaints.push(error.error().message));
  browser.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
});
beforeEach(async () => {
  // What a visitor wrote is kept for his tab; a new one begins anew.
  page = await browser.newPage();
  await page.goto(url);
});
afterEach(async () => await page.close());
afterAll(async () => {
  await browser?.close();
  await service?.end('SIGKILL');
  await project?.remove();
  await rm(profile, { recursive: true, force: true });
});

async function enterAs(caller: string): Promise<void> {
  await page.click(`[data-card=${caller}]`);
  await page.waitForSelector('.graphiql-execute-button');
}

/** Runs what stands in the editor, and gives back the service's answer as the page's own request had it. */
async function runQuery(): Promise<{ data: Record<string, unknown>; errors?: unknown }> {
  const answered = page.waitForResponse(
    (response) =>
      response.url() === `${url}graphql` && response.request().postData()?.includes('IntrospectionQuery') === false,
  );
  await page.click('.graphiql-execute-button');
  return await (await answered).json();
}

const openTab = async (name: string): Promise<void> => await page.click(`.graphiql-tab-button:has-text("${name}")`);
const answerShown = async (text: string): Promise<void> =>
  await page.waitForSelector(`.result-window :text("${text}")`).then(() => undefined);

test('a click on the owner and one on the arrow: the first query of the README answers what the README shows', async () => {
  await page.waitForSelector('[data-card=owner]');
  await page.screenshot({ path: path.join(SCREENSHOTS, 'explorer-callers.png') });
  expect(await page.locator('[data-card]').count()).toBe(3);
  await enterAs('owner');
  const readme = await readFile(path.join(ROOT, 'README.md'), 'utf8');
  const shown = /<!-- first-answer -->\s*```json\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  expect(await runQuery()).toEqual(JSON.parse(shown));
  await answerShown('412.75');
  await page.screenshot({ path: path.join(SCREENSHOTS, 'explorer-answer.png') });
});

test('the samples are filled in, and each answers the caller for whom it was written', async () => {
  await enterAs('staff');
  expect(await runQuery()).toMatchObject({ data: { accountByNumber: { balance: { total: { amount: '80.00' } } } } });
  await page.click('[data-caller=owner]');
  await openTab('PageOfBills');
  expect(JSON.stringify(await runQuery())).toContain('"endCursor":"');
  await page.click('[data-caller=guest]');
  await openTab('GuestBill');
  expect(await runQuery()).toMatchObject({ data: { accountByNumber: { currentInvoice: expect.anything() } } });
  await openTab('StaffLookUp');
  expect(await runQuery()).toEqual({ data: { accountByNumber: null } });
});

test('the documentation and the settings open, in the dark too', async () => {
  await page.emulateMedia({ colorScheme: 'dark' });
  await enterAs('owner');
  await page.click('[aria-label="Show Documentation Explorer"]');
  await page.waitForSelector('.graphiql-doc-explorer :text("Account")');
  await page.click('[aria-label="Open settings dialog"]');
  await page.waitForSelector('.graphiql-dialog');
  await page.keyboard.press('Escape');
  await page.waitForSelector('.graphiql-dialog', { state: 'detached' });
  await page.screenshot({ path: path.join(SCREENSHOTS, 'explorer-dark.png') });
});

test('through all of this nothing was asked of another host, and the browser had nothing to complain of', () => {
  const elsewhere = asked.filter((address) => !address.startsWith('data:') && !address.startsWith(url));
  expect(asked.length).toBeGreaterThan(10);
  expect(elsewhere).toEqual([]);
  expect(complaints).toEqual([]);
});
