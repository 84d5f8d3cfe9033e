import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { BlockList, isIPv6 } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { isProbe } from '../../src/adapters/http/routes';
import { loadConfig } from '../../src/config';
import { parseDockerfile } from '../support/dockerfile';
import type { Json } from '../support/graphql-service';

const ROOT = join(__dirname, '../..');
const textOf = (file: string): string => readFileSync(join(ROOT, 'deploy', file), 'utf8');
const yamlOf = (file: string): Json => parse(textOf(file), { merge: true });
const variablesOf = (file: string): Readonly<Record<string, string>> =>
  Object.fromEntries([...textOf(file).matchAll(/^#? ?([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]));

/** What the service needs at least to stop (docs/OPERATIONS.md), in seconds. */
const STOP_SECONDS = 10;
const KEY = `2026a:${Buffer.alloc(32, 1).toString('base64')}`;
const filledIn = (variables: Readonly<Record<string, string>>) => ({
  ...variables,
  HOST: '0.0.0.0',
  STEPDOWN_ENCRYPTION_KEYS: KEY,
});

describe('deploy/haproxy.cfg', () => {
  const secondsOf = (name: string): number =>
    Number(new RegExp(`timeout ${name} (\\d+)s`).exec(textOf('haproxy.cfg'))?.[1]);
  const millisecondsOf = (name: string): number =>
    Number(new RegExp(` ${name} (\\d+)ms`).exec(textOf('haproxy.cfg'))?.[1]);

  it('waits longer than an operation takes and than the service is silent', () => {
    const { operationTimeoutSeconds } = loadConfig({});
    for (const name of ['client', 'server', 'tunnel']) expect(secondsOf(name)).toBeGreaterThan(operationTimeoutSeconds);
  });

  it('sees that a process ends while that still serves', () => {
    const { shutdownDelaySeconds } = loadConfig({ HOST: '0.0.0.0', STEPDOWN_AUTHENTICATION: 'required' });
    const seenAfter = millisecondsOf('inter') + millisecondsOf('fastinter');
    expect(seenAfter).toBeLessThan((shutdownDelaySeconds * 1_000) / 2);
  });
});

describe('deploy/compose.yaml', () => {
  const { services, secrets, volumes } = yamlOf('compose.yaml');
  const processes = Object.keys(services).filter((name) => name.startsWith('stepdown'));

  it('has the processes that haproxy.cfg names', () => {
    const servers = [...textOf('haproxy.cfg').matchAll(/^ {2}server \S+ ([^:]+):(\d+)/gm)];
    expect(servers.map(([, name]) => name)).toEqual(processes);
    expect(new Set(servers.map(([, , port]) => port))).toEqual(new Set([imageVariable('PORT')]));
  });

  it('gives them variables that the service takes, and time to stop', () => {
    for (const name of processes) {
      const { environment, stop_grace_period: grace } = services[name];
      const given = { ...variablesOf('stepdown.env.example'), ...environment, ALLOWED_HOSTS: 'tickets.example.com' };
      const config = loadConfig(filledIn(given));
      expect(config).toMatchObject({ authenticationRequired: true, oidc: { audience: ['stepdown'] } });
      expect(Number.parseInt(grace, 10)).toBeGreaterThan(STOP_SECONDS);
    }
  });

  it('has no secret in it, and its example is refused as it is', () => {
    expect(textOf('compose.yaml')).not.toMatch(/:\/\/\S*:\S*@|PASSWORD:/);
    expect(() => loadConfig(variablesOf('stepdown.env.example'))).toThrow('STEPDOWN_ENCRYPTION_KEYS');
  });

  it('keeps the data in a volume, out of reach of HAProxy', () => {
    expect(services.postgres.volumes[0].split(':')[0]).toBe(Object.keys(volumes)[0]);
    expect(services.postgres.secrets).toEqual(Object.keys(secrets));
    expect(services.haproxy.networks).not.toEqual(expect.arrayContaining(services.postgres.networks));
  });
});

describe('deploy/kubernetes', () => {
  const folder = 'kubernetes';
  const kustomization = yamlOf(join(folder, 'kustomization.yaml'));
  const deployment = yamlOf(join(folder, 'deployment.yaml'));
  const pod = deployment.spec.template;
  const [container] = pod.spec.containers;
  const variables = {
    ...variablesOf(join(folder, 'stepdown.env')),
    ...yamlOf(join(folder, 'secret.example.yaml')).stringData,
  };

  it('applies every file but the example of a secret', () => {
    const files = readdirSync(join(ROOT, 'deploy', folder)).filter((file) => file.endsWith('.yaml'));
    expect([...kustomization.resources, 'kustomization.yaml', 'secret.example.yaml'].sort()).toEqual(files.sort());
    for (const file of kustomization.configMapGenerator[0].envs) {
      expect(existsSync(join(ROOT, 'deploy', folder, file))).toBe(true);
    }
    expect(kustomization.images[0].name).toBe(container.image);
  });

  it('selects its pods by labels that they have', () => {
    const { labels } = pod.metadata;
    const selectors = [
      deployment.spec.selector.matchLabels,
      ...pod.spec.topologySpreadConstraints.map(({ labelSelector }: Json) => labelSelector.matchLabels),
      yamlOf(join(folder, 'service.yaml')).spec.selector,
      yamlOf(join(folder, 'pod-disruption-budget.yaml')).spec.selector.matchLabels,
      yamlOf(join(folder, 'network-policy.yaml')).spec.podSelector.matchLabels,
    ];
    for (const selector of selectors) expect(labels).toMatchObject(selector);
    const { scaleTargetRef } = yamlOf(join(folder, 'horizontal-pod-autoscaler.yaml')).spec;
    const { apiVersion, kind, metadata } = deployment;
    expect(scaleTargetRef).toEqual({ apiVersion, kind, name: metadata.name });
  });

  it('names the port of the image wherever it needs it', () => {
    const [port] = container.ports;
    expect(String(port.containerPort)).toBe(imageVariable('PORT'));
    const named = [
      container.startupProbe.httpGet.port,
      container.livenessProbe.httpGet.port,
      container.readinessProbe.httpGet.port,
      yamlOf(join(folder, 'service.yaml')).spec.ports[0].targetPort,
      yamlOf(join(folder, 'network-policy.yaml')).spec.ingress[0].ports[0].port,
    ];
    expect(named).toEqual(named.map(() => port.name));
  });

  it('probes what the service answers to any address', () => {
    expect(container.readinessProbe.httpGet.path).toBe('/readyz');
    // A database that is away must not restart the pods.
    expect([container.livenessProbe.httpGet.path, container.startupProbe.httpGet.path]).toEqual(['/livez', '/livez']);
    for (const path of ['/readyz', '/livez']) expect(isProbe(path)).toBe(true);
  });

  it('gives variables that the service takes, and none of the Service', () => {
    expect(loadConfig(filledIn(variables))).toMatchObject({ authenticationRequired: true });
    expect(() => loadConfig(variables)).toThrow('STEPDOWN_ENCRYPTION_KEYS');
    expect(pod.spec.enableServiceLinks).toBe(false);
    expect(container.envFrom[0].configMapRef.name).toBe(kustomization.configMapGenerator[0].name);
    expect(container.envFrom[1].secretRef.name).toBe(yamlOf(join(folder, 'secret.example.yaml')).metadata.name);
  });

  it('gives a pod time to stop, with the pause before', () => {
    const pause = Number(container.lifecycle.preStop.exec.command[1]);
    expect(pod.spec.terminationGracePeriodSeconds).toBeGreaterThan(pause + STOP_SECONDS);
  });

  it('needs no more connections than PostgreSQL has by default', () => {
    const { maxReplicas } = yamlOf(join(folder, 'horizontal-pod-autoscaler.yaml')).spec;
    // One more than there may be at once is ending.
    const pods = maxReplicas + deployment.spec.strategy.rollingUpdate.maxSurge + 1;
    // Two more listen and watch the database; three of 100 are for superusers.
    expect(pods * (Number(variables.DATABASE_POOL_SIZE) + 2)).toBeLessThanOrEqual(97);
  });

  it('runs pods without rights', () => {
    expect(pod.spec.automountServiceAccountToken).toBe(false);
    expect(pod.spec.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: Number(/^USER (\d+)/m.exec(dockerfile)?.[1]),
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
  });

  it.each([
    ['93.184.216.34', true],
    ['2606:2800:220:1::1', true],
    ['10.1.2.3', false],
    ['172.31.0.1', false],
    ['192.168.1.1', false],
    ['100.64.0.1', false],
    ['127.0.0.1', false],
    ['169.254.169.254', false],
    ['0.0.0.0', false],
    ['224.0.0.1', false],
    ['::1', false],
    ['fd00::1', false],
    ['fe80::1', false],
    ['::ffff:10.0.0.1', false],
  ])('lets webhooks reach %s: %s', (address, isAllowed) => {
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    const blocks = yamlOf(join(folder, 'network-policy.yaml'))
      .spec.egress.flatMap(({ to }: Json) => to)
      .flatMap(({ ipBlock }: Json) => ipBlock ?? [])
      .filter(({ cidr }: Json) => cidr.includes(':') === (family === 'ipv6'));
    const isIn = (networks: readonly string[]): boolean => {
      const list = new BlockList();
      for (const network of networks) {
        const [base = '', prefix] = network.split('/');
        list.addSubnet(base, Number(prefix), family);
      }
      return list.check(address, family);
    };
    expect(blocks.some(({ cidr, except = [] }: Json) => isIn([cidr]) && !isIn(except))).toBe(isAllowed);
  });
});

const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');

/** A variable that the image sets. */
function imageVariable(name: string): string | undefined {
  const { instructions } = parseDockerfile(dockerfile).at(-1) ?? { instructions: [] };
  const set = instructions.filter(({ keyword }) => keyword === 'ENV').map(({ rest }) => rest);
  return new RegExp(`\\b${name}=(\\S+)`).exec(set.join(' '))?.[1];
}
