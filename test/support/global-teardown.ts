import { testRun } from './test-run';

export default async function globalTeardown(): Promise<void> {
  for (const end of testRun.ends.splice(0)) await end();
}
