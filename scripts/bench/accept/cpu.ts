import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

const ticksASecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** CPU microseconds that a PostgreSQL cluster has used so far: its postmaster, its processes, and those that have ended. */
export function clusterMicros(postmaster: number): number {
  const living = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => statOf(pid)?.parent === postmaster)
  const endedTicks = statOf(postmaster)?.endedTicks ?? 0
  return [postmaster, ...living].reduce((sum, pid) => sum + processMicros(pid), (endedTicks / ticksASecond) * 1e6)
}

/** CPU microseconds of one process so far; 0 when it is gone. */
export function processMicros(pid: number): number {
  return threadsOf(pid).reduce((sum, thread) => sum + nanosOf(`/proc/${pid}/task/${thread}/schedstat`) / 1000, 0)
}

function threadsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

/** proc(5): time on a CPU, far finer than clock ticks; 0 when the thread is gone. */
function nanosOf(path: string): number {
  try {
    return Number(readFileSync(path, 'utf8').split(' ')[0])
  } catch {
    return 0
  }
}

/** proc(5): the parent, and the user and system time of children that were waited for. */
function statOf(pid: number): { parent: number; endedTicks: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name stands in parentheses and may hold anything.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const [parent = 0, endedUser = 0, endedSystem = 0] = [1, 13, 14].map((place) => fields[place])
    return { parent, endedTicks: endedUser + endedSystem }
  } catch {
    return null
  }
}

/** CPU microseconds of this process while `work` runs, and the wall clock's. */
export async function ownMicros(work: () => unknown): Promise<{ cpu: number; wall: number }> {
  const [before, start] = [process.cpuUsage(), performance.now()]
  await work()
  const { user, system } = process.cpuUsage(before)
  return { cpu: user + system, wall: (performance.now() - start) * 1000 }
}

/** Runs a command to its end; answers its CPU microseconds, as the shell counts them. */
export function commandMicros(command: string, args: readonly string[]): number {
  const script = '"$0" "$@" >/dev/null && times'
  const output = execFileSync('bash', ['-c', script, command, ...args], { encoding: 'utf8' })
  const [children = ''] = output.trim().split('\n').slice(-1)
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + (Number(minutes) * 60 + Number(seconds)) * 1e6,
    0,
  )
}

export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN
