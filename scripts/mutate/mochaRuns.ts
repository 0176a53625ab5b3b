import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'

/** Which test failed, or null, and whether that may have been the machine: out of time, or not a second time. */
export interface Verdict {
  id: number
  killer: string | null
  isLate: boolean
}

/** A loop that a mutant made endless runs out of gas; a test that waits for ever runs out of time in mocha. */
const minutesAMutant = 10
const processes = 2
/** Few enough to share evenly, enough for neighbours to be noticed by the same test. */
const inARow = 20

/**
 * Runs the contract tests of `copy` for each mutant and tells each verdict as it comes.
 * @throws if a process dies or answers nothing
 */
export async function judgeAll(
  copy: string,
  ids: readonly number[],
  asleep: number,
  tell: (verdict: Verdict) => void,
): Promise<void> {
  const left = Array.from({ length: Math.ceil(ids.length / inARow) }, (_, i) => ids.slice(i * inARow, (i + 1) * inARow))
  const work = async () => {
    const child = await start(copy)
    try {
      // A test that fails with every mutant asleep would seem to kill them all; at the end, so would what they left.
      await mustPass(child, asleep, 'before any mutant was awake')
      for (let row = left.shift(); row !== undefined; row = left.shift()) {
        for (const id of row) tell(await judge(child, id, asleep))
      }
      await mustPass(child, asleep, 'after all mutants')
    } finally {
      child.kill('SIGKILL')
    }
  }
  await Promise.all(Array.from({ length: Math.min(processes, left.length) }, work))
}

async function start(copy: string): Promise<ChildProcess> {
  const child = fork(join(copy, 'scripts/mutate/worker.ts'), {
    cwd: copy,
    env: { ...process.env, HARDHAT_CONFIG: 'scripts/mutate/hardhat.config.ts', NODE_ENV: 'test' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  process.once('exit', () => child.kill('SIGKILL'))
  await answerOf(child, 'loading the tests')
  return child
}

async function judge(child: ChildProcess, id: number, asleep: number): Promise<Verdict> {
  child.send({ id, asleep })
  return (await answerOf(child, `mutant ${id}`)) as Verdict
}

async function mustPass(child: ChildProcess, asleep: number, when: string): Promise<void> {
  const { killer } = await judge(child, asleep, asleep)
  if (killer !== null) throw new Error(`The tests fail with every mutant asleep, ${when}: ${killer}`)
}

async function answerOf(child: ChildProcess, what: string): Promise<unknown> {
  return await new Promise((done, fail) => {
    const end = (act: () => void) => {
      clearTimeout(timer)
      child.off('message', onMessage).off('exit', onExit)
      act()
    }
    const onMessage = (message: unknown) => end(() => done(message))
    const onExit = (code: number | null) =>
      end(() => fail(new Error(`The tests ended by themselves (${code}): ${what}`)))
    const timer = setTimeout(() => end(() => fail(new Error(`No answer: ${what}`))), minutesAMutant * 60_000)
    child.on('message', onMessage).on('exit', onExit)
  })
}
