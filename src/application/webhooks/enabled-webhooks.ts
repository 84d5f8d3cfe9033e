import type { Clock } from '../ports/clock';
import type { EnabledWebhook, WebhookQueue } from '../ports/webhook-queue';

/** How old may be what a process knows of the webhooks. */
const STALE_MS = 500;

/**
 * The enabled webhooks, read at most twice a second. The version of a webhook keeps a process that
 * knows an older one from moving it.
 */
export class EnabledWebhooks {
  private known: readonly EnabledWebhook[] = [];
  private readAt = Number.NEGATIVE_INFINITY;
  /** The read under way. Callers that ask during it wait for it. */
  private reading: Promise<readonly EnabledWebhook[]> | null = null;
  private readonly moved = new Map<string, number>();

  constructor(
    private readonly queue: Pick<WebhookQueue, 'enabled' | 'disable'>,
    private readonly clock: Clock,
  ) {}

  /** To be called when this process has changed one, or another process has. */
  forget(): void {
    this.readAt = Number.NEGATIVE_INFINITY;
    this.reading = null;
  }

  /** The webhooks whose owners have the right to them. The others are disabled. */
  async all(): Promise<readonly EnabledWebhook[]> {
    if (performance.now() - this.readAt < STALE_MS) return this.known;
    if (this.reading !== null) return this.reading;
    const reading: Promise<readonly EnabledWebhook[]> = this.read(() => this.reading === reading).finally(() => {
      if (this.reading === reading) this.reading = null;
    });
    this.reading = reading;
    return reading;
  }

  /** @param isLatest whether nothing has been changed since it began */
  private async read(isLatest: () => boolean): Promise<readonly EnabledWebhook[]> {
    const startedAt = performance.now();
    const read = await this.queue.enabled(this.clock.now());
    const entitled = read.filter(({ isOwnerEntitled }) => isOwnerEntitled);
    if (isLatest()) {
      this.moved.clear();
      this.known = entitled;
      this.readAt = startedAt;
    }
    for (const { id, isOwnerEntitled, owner } of read) {
      if (isOwnerEntitled) continue;
      const detail = `${owner.name} may not use webhooks any more; an administrator can enable it again.`;
      await this.queue.disable(id, 'OWNER_WITHOUT_RIGHTS', detail, this.clock.now());
    }
    return entitled;
  }

  /** The position of a webhook, as far as this process knows. */
  positionOf({ id, position }: EnabledWebhook): number {
    return this.moved.get(id) ?? position;
  }

  noteMoved(webhooks: readonly EnabledWebhook[], to: number): void {
    for (const { id } of webhooks) this.moved.set(id, to);
  }
}
