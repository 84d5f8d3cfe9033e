import { parentPort } from 'node:worker_threads';
import { checkPolicyText } from './read-policy';

/** The thread in which policies are checked. Takes texts, and answers each in its turn. */
parentPort?.on('message', (yaml: string) => parentPort?.postMessage(checkPolicyText(yaml)));
