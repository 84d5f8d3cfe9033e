import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { noBrowser, startBrowser } from '../support/chromium';
import { type Json, SEV1, SEV2, startTestService, type TestService } from '../support/graphql-service';
import { until, untilTrue } from '../support/until';

const FOLDER = join(__dirname, '../../examples/queries');
const FILES = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.graphql'))
  .sort();
/** `01-submit-ticket.graphql` is the tab SubmitTicket. */
const tabOf = (file: string): string =>
  file.replace(/^\d\d-|\.graphql$/g, '').replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
const TABS = FILES.map(tabOf);
const REQUESTS = FILES.filter((file) => !readFileSync(join(FOLDER, file), 'utf8').startsWith('subscription')).map(
  tabOf,
);

const describeInBrowser = noBrowser === null ? describe : describe.skip;

describeInBrowser(`the explorer in a browser${noBrowser === null ? '' : ` (skipped: ${noBrowser})`}`, () => {
  let service: TestService;
  let browser: Browser;
  let context: BrowserContext | undefined;
  /** The addresses that the page and its threads have asked, and what it has complained about. */
  const asked: string[] = [];
  /** The operations that the page has sent. */
  const sent: string[] = [];
  const complaints: string[] = [];

  beforeAll(async () => {
    [service, browser] = await Promise.all([startTestService(), startBrowser()]);
  });
  afterEach(async () => {
    await context?.close();
    expect(complaints.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await browser.close();
    await service.close();
  });

  /** Opens the address of GraphQL at a name of this machine. */
  async function open(host: string, colorScheme: 'light' | 'dark' = 'light', at = service): Promise<Page> {
    context = await browser.newContext({ colorScheme, viewport: { width: 1280, height: 800 } });
    asked.length = 0;
    sent.length = 0;
    context.on('request', (request) => {
      asked.push(request.url());
      sent.push(request.postData() ?? '');
    });
    context.on('requestfailed', (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
    context.on('weberror', (error) => complaints.push(String(error.error())));
    // Violations of the content security policy are in the console too.
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    const page = await context.newPage();
    page.on('websocket', (socket) => {
      asked.push(socket.url());
      socket.on('framesent', ({ payload }) => sent.push(String(payload)));
    });
    await page.goto(at.url.replace('127.0.0.1', host));
    await page.getByRole('tab', { name: TABS[0] ?? '' }).waitFor();
    return page;
  }

  const choose = async (page: Page, tab: string): Promise<void> => {
    await page.getByRole('button', { name: tab, exact: true }).click();
    await page.locator('.graphiql-query-editor').filter({ hasText: tab }).waitFor();
  };
  /** Chooses a tab and runs its operation. GraphiQL refuses it until it has read the new text. */
  const run = async (page: Page, tab: string): Promise<void> => {
    await choose(page, tab);
    const isSent = () => sent.some((text) => text.includes(`"operationName":"${tab}"`));
    await untilTrue(async () => {
      await page.getByRole('button', { name: /^Execute query/ }).click();
      await untilTrue(async () => isSent() || (await shown(page)).includes('Cannot infer operation'));
      return isSent();
    });
  };
  /** The first lines of the answer. The editor shows spaces that do not break. */
  const shown = async (page: Page): Promise<string> =>
    ((await page.locator('.graphiql-response').textContent()) ?? '').replace(/\s+/g, ' ').trim();

  it.each(['light', 'dark'] as const)('shows the queries as tabs, %s, and asks only this service', async (scheme) => {
    const page = await open('127.0.0.1', scheme);
    const names = await page.getByRole('tab').allTextContents();
    expect(names.map((name) => TABS.find((tab) => name.startsWith(tab)))).toEqual(TABS);
    const widths =
      "(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth])(document.querySelector('.graphiql-tabs'))";
    const [needed = 0, shownWidth = 0] = await page.evaluate<number[]>(widths);
    expect(needed).toBeLessThanOrEqual(shownWidth);
    const color = await page.evaluate<string>(
      "getComputedStyle(document.querySelector('.graphiql-container')).backgroundColor",
    );
    const [red = Number.NaN] = (/\d+/.exec(color) ?? []).map(Number);
    expect([color, red > 128 ? 'light' : 'dark']).toEqual([color, scheme]);
    // The threads of the editor have started.
    await untilTrue(() =>
      ['editor', 'graphql', 'json'].every((name) => asked.some((url) => url.includes(`/${name}.worker`))),
    );
    expect(asked.filter((url) => new URL(url).host !== new URL(service.url).host)).toEqual([]);
  });

  it('runs the queries one after the other, about the ticket that the first one has opened', async () => {
    await service.submit();
    const page = await open('localhost');
    await choose(page, 'ApplyWorkaround');
    await untilTrue(async () => {
      await page.getByRole('button', { name: /^Execute query/ }).click();
      return (await shown(page)).includes('Run the query of the tab SubmitTicket first');
    });
    for (const tab of REQUESTS) {
      const answered = page.waitForResponse((response) => response.request().postData()?.includes(tab) === true);
      await run(page, tab);
      const answer = (await (await answered).json()) as Json;
      const [part] = Object.values(answer.data ?? {}) as Json[];
      expect([tab, answer.errors, part?.userErrors ?? []]).toEqual([tab, undefined, []]);
      expect([tab, part]).not.toEqual([tab, null]);
      await until(
        () => shown(page),
        (text) => text.startsWith(`{ "data": { "${Object.keys(answer.data)[0]}": {`),
      );
    }
    expect(page.url()).toBe(service.url.replace('127.0.0.1', 'localhost'));
  });

  it('shows the events of a subscription', async () => {
    const page = await open('localhost');
    await run(page, 'SeverityChanges');
    // The subscription begins at some moment; what was changed before it is not shown.
    await until(
      async () => {
        const ticketId = await service.submit(SEV1);
        await service.mutate('applyWorkaround', { ticketId, description: 'By phone', remaining: SEV2 });
        return shown(page);
      },
      (text) => /"severityChanged": \{ *"change": \{ *"from": "SEV1", *"to": "SEV2"/.test(text),
    );
    expect(asked).toContain(service.url.replace('http://127.0.0.1', 'ws://localhost'));
  });

  it('runs queries on a service that does not show its schema', async () => {
    const closed = await startTestService({ config: { introspection: false } });
    try {
      const page = await open('localhost', 'light', closed);
      await run(page, 'SubmitTicket');
      await until(
        () => shown(page),
        (text) => text.startsWith('{ "data": { "submitTicket": {'),
      );
      // The page has asked for the schema.
      expect(complaints.splice(0).filter((text) => !text.includes('status of 400'))).toEqual([]);
    } finally {
      await context?.close();
      await closed.close();
    }
  });
});
