import { Webhook } from 'standardwebhooks';
import { type Received, startReceiver } from '../../support/webhook-receiver';

/** The endpoint of a webhook: it checks each signature and notes each id. */
export interface RecordingSink {
  readonly url: string;
  /** The ids of the messages, in the order in which they came. */
  readonly ids: readonly string[];
  /** The messages whose signature is wrong. */
  readonly unsigned: number;
  /** Checks signatures with this secret from now on. */
  trust(secret: string): void;
  close(): Promise<void>;
}

export async function startSink(): Promise<RecordingSink> {
  const ids: string[] = [];
  let unsigned = 0;
  let webhook: Webhook | null = null;
  const isSigned = ({ text, headers }: Received): boolean => {
    try {
      webhook?.verify(text, headers as Record<string, string>);
      return webhook !== null;
    } catch {
      return false;
    }
  };
  const receiver = await startReceiver((received) => {
    if (!isSigned(received)) {
      unsigned += 1;
      return { status: 401 };
    }
    ids.push(String(received.headers['webhook-id']));
    return { status: 204 };
  });
  return {
    url: receiver.url,
    ids,
    get unsigned() {
      return unsigned;
    },
    trust: (secret) => {
      webhook = new Webhook(secret);
    },
    close: receiver.close,
  };
}
