import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { noBrowser, startBrowser } from '../support/chromium';
import { SEV1, SEV2, startTestService, type TestService } from '../support/graphql-service';
import { until, untilTrue } from '../support/until';

/** `01-submit-ticket.graphql` is the tab SubmitTicket. */
const TABS = readdirSync(join(__dirname, '../../examples/queries'))
  .filter((name) => name.endsWith('.graphql'))
  .sort()
  .map((name) =>
    name.replace(/^\d\d-|\.graphql$/g, '').replace(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase()),
  );

const describeInBrowser = noBrowser === null ? describe : describe.skip;

describeInBrowser(`the explorer in a browser${noBrowser === null ? '' : ` (skipped: ${noBrowser})`}`, () => {
  let service: TestService;
  let browser: Browser;
  let context: BrowserContext | undefined;
  /** The addresses that the page and its threads have asked, and what it has complained about. */
  const asked: string[] = [];
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
  async function open(host: string, colorScheme: 'light' | 'dark' = 'light'): Promise<Page> {
    context = await browser.newContext({ colorScheme, viewport: { width: 1600, height: 900 } });
    asked.length = 0;
    context.on('request', (request) => asked.push(request.url()));
    context.on('requestfailed', (request) => complaints.push(`${request.url()}: ${request.failure()?.errorText}`));
    context.on('weberror', (error) => complaints.push(String(error.error())));
    // Violations of the content security policy are in the console too.
    context.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    const page = await context.newPage();
    page.on('websocket', (socket) => asked.push(socket.url()));
    await page.goto(service.url.replace('127.0.0.1', host));
    await page.getByRole('tab', { name: TABS[0] ?? '' }).waitFor();
    return page;
  }

  const run = async (page: Page, tab?: string): Promise<void> => {
    if (tab !== undefined) {
      // Tabs slide to their places at first, and a click can miss one that does.
      await untilTrue(async () => {
        await page.getByRole('button', { name: tab, exact: true }).click();
        return (await page.getByRole('tab', { name: tab }).getAttribute('aria-selected')) === 'true';
      });
      await page.locator('.graphiql-query-editor').filter({ hasText: tab }).waitFor();
    }
    await page.getByRole('button', { name: /^Execute query/ }).click();
  };
  /** The editor shows spaces that do not break. */
  const shown = async (page: Page): Promise<string> =>
    ((await page.locator('.graphiql-response').textContent()) ?? '').replace(/\s/g, ' ');

  it.each(['light', 'dark'] as const)('shows the queries as tabs, %s, and asks only this service', async (scheme) => {
    const page = await open('127.0.0.1', scheme);
    const names = await page.getByRole('tab').allTextContents();
    expect(names.map((name) => TABS.find((tab) => name.startsWith(tab)))).toEqual(TABS);
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

  it('runs the first query, and shows its answer', async () => {
    const page = await open('localhost');
    await run(page);
    await until(
      () => shown(page),
      (text) => /"severity": "SEV1"/.test(text) && /"userErrors": \[\]/.test(text),
    );
    expect(page.url()).toBe(service.url.replace('127.0.0.1', 'localhost'));
  });

  it('runs each query on the ticket that the first one has opened, as it stands in its tab', async () => {
    const page = await open('127.0.0.1');
    await run(page);
    await until(
      () => shown(page),
      (text) => text.includes('"submitTicket"'),
    );
    const answered: Readonly<Record<string, RegExp>> = {
      ApplyWorkaround: /"applyWorkaround": \{ *"ticket": \{ *"state": "WORKAROUND_APPLIED", *"severity": "SEV2"/,
      ExplainDeadline: /"segments": \[ *\{/,
      SimulateWorkaround: /"after": \{ *"severity": "SEV[34]"/,
      TicketAtATime: /"state": "OPEN", *"severity": "SEV1"/,
    };
    for (const [tab, answer] of Object.entries(answered)) {
      // A click during the change of tabs can be lost.
      await untilTrue(async () => {
        await run(page, tab);
        return await until(
          () => shown(page),
          (text) => answer.test(text),
          8_000,
        ).then(
          () => true,
          () => false,
        );
      });
    }
  }, 60_000);

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
});
