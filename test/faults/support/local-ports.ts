import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The fields of a line of `/proc/net/tcp`, see proc(5). */
const LOCAL_ADDRESS = 1;
const INODE = 9;

/** The local ports of the IPv4 connections of a process, which a server sees. */
export function localPortsOf(pid: number): readonly number[] {
  const folder = `/proc/${pid}/fd`;
  const own = new Set(readdirSync(folder).map((name) => linkOf(`${folder}/${name}`)));
  return readFileSync(`/proc/${pid}/net/tcp`, 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => own.has(`socket:[${fields[INODE]}]`))
    .map((fields) => Number.parseInt(fields[LOCAL_ADDRESS]?.split(':')[1] ?? '', 16));
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    // It was closed in the meantime.
    return null;
  }
}
