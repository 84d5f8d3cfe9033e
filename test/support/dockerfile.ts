import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** One line of a Dockerfile, such as `RUN npm ci`. */
export type Instruction = Readonly<{ keyword: string; rest: string }>;
export type Stage = Readonly<{ name: string; image: string; instructions: readonly Instruction[] }>;

/** Reads as much of the format as ours uses: no continued lines, no variables. */
export const parseDockerfile = (text: string): Stage[] => {
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, keyword = '', rest = ''] = /^([A-Z]+) (.*[^\\])$/.exec(line) ?? [];
    if (keyword === '') throw new Error(`Not understood in the Dockerfile: ${line}`);
    if (keyword === 'FROM') {
      const [image = '', , name = `stage ${stages.length}`] = rest.split(' ');
      stages.push({ name, image, instructions: [] });
    } else {
      stages.at(-1)?.instructions.push({ keyword, rest });
    }
  }
  return stages;
};

/** One line of .dockerignore: a pattern of paths, which are ignored or, after `!`, not. */
type IgnoreRule = Readonly<{ pattern: RegExp; isIgnored: boolean }>;

const patternOf = (glob: string): RegExp =>
  new RegExp(
    `^${glob
      .split(/(\*\*\/|\*)/)
      .map((part) =>
        part === '**/' ? '(?:.*/)?' : part === '*' ? '[^/]*' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'),
      )
      .join('')}$`,
  );

/**
 * Whether `docker build` leaves a path out: the last rule that matches it or a folder above it
 * decides. Reads as much of the format as ours uses: names, `*`, a leading `**`, and `!`.
 */
export const ignoredBy = (text: string): ((path: string) => boolean) => {
  const rules = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line): IgnoreRule => ({ pattern: patternOf(line.replace(/^!/, '')), isIgnored: !line.startsWith('!') }));
  return (path) => {
    const names = path.split('/');
    const paths = names.map((_, index) => names.slice(0, index + 1).join('/'));
    return rules.findLast(({ pattern }) => paths.some((one) => pattern.test(one)))?.isIgnored ?? false;
  };
};

/** Copies what `docker build` would send. */
export const copyContext = (root: string, target: string): void => {
  const isIgnored = ignoredBy(readFileSync(join(root, '.dockerignore'), 'utf8'));
  cpSync(root, target, {
    recursive: true,
    filter: (source) => !source.startsWith(`${root}/`) || !isIgnored(source.slice(root.length + 1)),
  });
};

/** A step failed: what it was, and what it printed. */
export class StepError extends Error {
  constructor(
    readonly step: string,
    readonly output: string,
  ) {
    super(`${step}\n${output}`);
  }
}

/** Runs a command as a step of the build. @throws StepError */
export const runStep = (command: string, cwd: string, env: NodeJS.ProcessEnv): void => {
  const { status, stdout, stderr } = spawnSync('/bin/sh', ['-c', command], { cwd, env, encoding: 'utf8' });
  if (status !== 0) throw new StepError(`RUN ${command}`, `${stdout}${stderr}`);
};

/**
 * Carries out a stage's COPY and RUN in a folder that stands for its working directory, with this
 * machine's Node.
 *
 * @param stages the working directories of the stages before, by name.
 * @param substitutes commands of RUN that a function carries out instead of a shell.
 * @throws StepError
 */
export const buildStage = (
  stage: Stage,
  folder: string,
  context: string,
  stages: ReadonlyMap<string, string>,
  env: NodeJS.ProcessEnv,
  substitutes: Readonly<Record<string, (folder: string) => void>> = {},
): void => {
  mkdirSync(folder, { recursive: true });
  const workdir = stage.instructions.find(({ keyword }) => keyword === 'WORKDIR')?.rest ?? '/';
  for (const { keyword, rest } of stage.instructions) {
    if (keyword === 'RUN') (substitutes[rest] ?? ((cwd) => runStep(rest, cwd, env)))(folder);
    if (keyword === 'COPY') copy(rest, workdir, folder, context, stages);
  }
};

const copy = (
  rest: string,
  workdir: string,
  folder: string,
  context: string,
  stages: ReadonlyMap<string, string>,
): void => {
  const words = rest.split(' ');
  const from = words[0]?.startsWith('--from=') ? words.shift()?.slice('--from='.length) : undefined;
  const target = words.pop() ?? '';
  for (const word of words) {
    const source = from === undefined ? join(context, word) : join(stages.get(from) ?? '', word.slice(workdir.length));
    if (!existsSync(source)) throw new StepError(`COPY ${rest}`, `There is no ${word}.`);
    // As in Docker: a folder's contents go into the target, a file goes into a target that ends in
    // a slash.
    const isInto = target.endsWith('/') && statSync(source).isFile();
    const destination = join(folder, target, isInto ? basename(source) : '');
    // Out of a stage is moved what it need not keep: it may be hundreds of megabytes, and is copied
    // once.
    if (from !== undefined && !existsSync(destination)) renameSync(source, destination);
    else cpSync(source, destination, { recursive: true, verbatimSymlinks: true });
  }
};
