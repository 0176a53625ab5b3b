/**
 * `npm run prove`: the SMTChecker proves of every move of Vouchers that it leaves any books in order that it finds so,
 * and has to find the errors that are planted in it. The last line is `safe`, or the run ends with 1. Nothing counts as
 * proved but what the solver proved, nothing as found but what it has a counterexample for: no answer is a failure.
 *
 * `-- --move refund,netDebt` looks at those alone.
 */
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { type Move, moves, prove } from './prove/moves.ts'
import { planted, plants } from './prove/plants.ts'

const { values: flags } = parseArgs({ options: { move: { type: 'string' } } })
if (flags.move !== undefined) {
  const chosen = moves.filter((move) => flags.move?.split(',').includes(move))
  if (chosen.length !== flags.move.split(',').length) throw new Error(`The moves are ${moves.join(', ')}`)
  const isRight = chosen.map(lookAt).every(Boolean)
  process.exit(isRight ? 0 : 1)
}

// The slowest first, so that no process is left alone with it.
const waiting = moves.toSorted((a, b) => plants[b].length - plants[a].length)
const failed: Move[] = []
await Promise.all(Array.from({ length: Math.min(4, availableParallelism()) }, workOff))
console.log(failed.length === 0 ? `\n${moves.length} moves\nsafe` : `\nnot safe: ${failed.join(', ')}`)
process.exit(failed.length === 0 ? 0 : 1)

function lookAt(move: Move): boolean {
  const fate = prove(move)
  const words = { safe: 'proved', unsafe: 'BROKEN', unknown: 'NO ANSWER' }
  console.log(`${move}: ${words[fate]}`)
  const isFound = plants[move].map((plant) => {
    const found = prove(move, planted(plant))
    console.log(`  ${{ safe: 'NOT FOUND', unsafe: 'found', unknown: 'NO ANSWER' }[found]}: ${plant[0]}`)
    return found === 'unsafe'
  })
  return fate === 'safe' && isFound.length > 0 && isFound.every(Boolean)
}

async function workOff(): Promise<void> {
  for (let move = waiting.shift(); move !== undefined; move = waiting.shift()) {
    const child = spawn(process.execPath, [...process.execArgv, import.meta.filename, '--move', move], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (said += text.toString()))
    const code = await new Promise((done) => child.once('error', done).once('close', done))
    process.stdout.write(said)
    if (code !== 0) failed.push(move)
  }
}
