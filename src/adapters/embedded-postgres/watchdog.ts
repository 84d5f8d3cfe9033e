/**
 * The shell program of the watchdog. It starts the server. When its standard input closes, because
 * the process that holds it has ended, it stops the server unless another lease is held. The
 * watchdog and not the process starts the server, so that a server started just before a kill is
 * stopped too. It uses about 1 MB of memory and needs a POSIX shell, `rm`, `sleep` and, except on
 * Linux, `ps`, `sed` and `grep`.
 *
 * Arguments: its lease, the folder of leases, the cluster, the log file, and the command that runs
 * the server. Input: a line `start` starts the server. Output: the process id of the server.
 */
export const WATCHDOG = `
# Only the end of the input ends this program; a write to a closed pipe must not.
trap '' HUP INT TERM PIPE
umask 077
lease=$1 leases=$2 cluster=$3 log=$4
shift 4

# The start time of process $1; fails if it does not run or is a zombie. Must agree with
# startTimeOf in processes.ts.
start_time() {
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

# Whether process $1 runs and is a postmaster of this cluster: its working directory is the cluster.
serves() {
  [ -n "$1" ] && start_time "$1" > /dev/null || return 1
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
    now=$(start_time "$pid") || continue
    since=
    { read -r since < "$file"; } 2>/dev/null
    # An empty lease is being written.
    case $since in '' | "$now") return 0 ;; esac
  done
  return 1
}

started=
while read -r word; do
  # A subshell that ends at once starts the server, so that it is not a child of this program. This
  # program waits for input and could not reap it.
  started=$(cd "$cluster" && { "$@" < /dev/null >> "$log" 2>&1 & echo $!; })
  echo "$started"
done

rm -f "$lease"
# First the stop mark, then the count; see takeLease in lease.ts.
mark=$leases/stop.$$
start_time $$ > "$mark"
if ! held_by_others; then
  tries=0
  while pid=$(server); do
    # INT aborts transactions, writes all data and ends. It is repeated, because a server that is
    # just starting ignores it. After a minute QUIT ends the server at once; the next start
    # recovers.
    if [ $tries -lt 600 ]; then kill -INT "$pid"; else kill -QUIT "$pid"; fi
    tries=$((tries + 1))
    if [ $tries -lt 10 ]; then sleep 0.02; else sleep 0.1; fi
  done
fi
rm -f "$mark"
`;
