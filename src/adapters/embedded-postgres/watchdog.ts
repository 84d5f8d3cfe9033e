/**
 * The shell program that starts the server and, when the process that holds its standard input has ended, stops it if no
 * other lease is held. It starts the server itself, so that a server started in the last moment of a killed process has
 * somebody who knows of it. About 1 MB; it needs nothing but a POSIX shell, `rm`, `sleep`, and off Linux `ps` and `grep`.
 *
 * Arguments: its lease, the folder of leases, the cluster, the log file, and the command that runs the server.
 * Input: a line `start` starts the server, answered with its pid on a line.
 */
export const WATCHDOG = `
# Only the end of the input ends this; writing to a process that is gone must not.
trap '' HUP INT TERM PIPE
umask 077
lease=$1 leases=$2 cluster=$3 log=$4
shift 4

# When process $1 started; fails when it does not run (a zombie does not). Must agree with bornAt in processes.ts.
born() {
  if [ ! -r /proc/self/stat ]; then
    set -- "$(LC_ALL=C ps -o lstart= -p "$1" | sed 's/^ *//; s/ *$//')"
    [ -n "$1" ] && echo "$1"
    return
  fi
  { read -r stat < "/proc/$1/stat"; } 2>/dev/null || return 1
  set -- \${stat##*) }
  case $1 in Z | X) return 1 ;; esac
  echo "\${20}"
}

# Whether process $1 is a postmaster of this cluster: it runs, and in the cluster's folder.
serves() {
  [ -n "$1" ] && born "$1" > /dev/null || return 1
  if [ -d /proc/self ]; then
    [ "/proc/$1/cwd" -ef "$cluster" ]
  else
    ps -o command= -p "$1" | grep -qF -e "$cluster"
  fi
}

server() {
  pid=
  { read -r pid < "$cluster/postmaster.pid"; } 2>/dev/null
  if serves "$pid"; then echo "$pid"; elif serves "$started"; then echo "$started"; else return 1; fi
}

held_by_others() {
  for file in "$leases"/lease.*; do
    pid=\${file##*/lease.}
    pid=\${pid%%.*}
    now=$(born "$pid") || continue
    since=
    { read -r since < "$file"; } 2>/dev/null
    # An empty lease is just being written.
    case $since in '' | "$now") return 0 ;; esac
  done
  return 1
}

started=
while read -r word; do
  # Through a shell that ends at once, so that the server is not our child: while we read, nobody would bury it.
  started=$(cd "$cluster" && { "$@" < /dev/null >> "$log" 2>&1 & echo $!; })
  echo "$started"
done

rm -f "$lease"
# The mark first, then the count: see takeLease in lease.ts.
mark=$leases/stop.$$
born $$ > "$mark"
if ! held_by_others; then
  tries=0
  while pid=$(server); do
    # INT: let transactions go, write everything, end. Again and again, because a server that only just starts ignores
    # it; after a minute QUIT, which ends it at once and lets the next start recover.
    if [ $tries -lt 600 ]; then kill -INT "$pid"; else kill -QUIT "$pid"; fi
    tries=$((tries + 1))
    if [ $tries -lt 10 ]; then sleep 0.02; else sleep 0.1; fi
  done
fi
rm -f "$mark"
`;
