/**
 * A town's week in a minute, over HTTP alone: `npm run walkthrough [-- --grants FILE.csv] [--url URL] [--youths N] [--seed N]`.
 * Without --url it starts a system of its own in a temporary folder. Ends with the equation of the books in cents; exits 1
 * when anything is off, and says what.
 */
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { getDirectory } from '../protocol/api/network.ts'
import { Books } from './walkthrough/books.ts'
import { Chance } from './walkthrough/chance.ts'
import { closeBooks } from './walkthrough/closing.ts'
import { grantAll, joinPhones } from './walkthrough/granting.ts'
import { readGrants } from './walkthrough/grants.ts'
import { joinTills, openProgrammes, openShops } from './walkthrough/opening.ts'
import { Partner } from './walkthrough/partner.ts'
import { postUntilFinal, readPost } from './walkthrough/posting.ts'
import { settle } from './walkthrough/settling.ts'
import { goShopping } from './walkthrough/shopping.ts'
import { signInStaff } from './walkthrough/staff.ts'
import { expect, type Story } from './walkthrough/story.ts'
import { type OwnSystem, startOwnSystem } from './walkthrough/system.ts'
import { grantForSeconds, loseSome, payAhead, refundSome, revokeSome } from './walkthrough/troubles.ts'

const { values: asked } = parseArgs({
  options: {
    grants: { type: 'string', default: join(import.meta.dirname, 'sample/grants.csv') },
    url: { type: 'string' },
    youths: { type: 'string' },
    seed: { type: 'string', default: '2026' },
  },
})

/** Seconds in which a purchase can be undone: long enough for a queue at the till, short enough for a week in a minute. */
const undoSeconds = 5
/** How long a short voucher lives: long enough to be used in part on a busy machine. */
const secondsOfShort = 5
const secondsForPosts = 300
let chapters = 0

async function chapter(title: string, play: () => Promise<string>): Promise<void> {
  const began = Date.now()
  const figures = await play()
  const seconds = ((Date.now() - began) / 1000).toFixed(1)
  console.log(`${String(++chapters).padStart(2)}  ${title.padEnd(18)}${seconds.padStart(5)} s  ${figures}`)
}

async function play(origin: string): Promise<void> {
  const all = readGrants(asked.grants)
  const wanted = new Set(
    [...new Set(all.map(({ pseudonym }) => pseudonym))].slice(0, Number(asked.youths ?? all.length)),
  )
  const lines = all.filter(({ pseudonym }) => wanted.has(pseudonym))
  expect(lines.length > 0, 'There is no grant to play with')

  const chance = new Chance(Number(asked.seed))
  const { chain: facts } = await new Partner(origin).call(getDirectory)
  const staff = await signInStaff(origin)
  const story: Story = {
    origin,
    chance,
    staff,
    facts,
    books: new Books(),
    width: 8,
    clock: Date.now,
    programmes: new Map(),
    shops: [],
    youths: [],
    purchases: [],
  }
  // Seconds since 2020: another run against the same town opens other programmes and shops.
  const firstNumber = Math.floor(Date.now() / 1000) - 1_577_836_800
  const before = await readPost(staff)
  const posts = async (): Promise<string> => {
    const count = await postUntilFinal(staff, before, secondsForPosts)
    return `${count} until everything was final`
  }

  await chapter('the town opens', async () => {
    story.programmes = await openProgrammes({ staff, firstNumber, undoSeconds, mode: 'reference' })
    story.shops = await openShops({ staff, firstNumber })
    await joinTills(story)
    const tills = story.shops.flatMap((shop) => shop.tills).length
    return `${story.programmes.size} programmes with ${undoSeconds} s to undo, ${story.shops.length} shops, ${tills} tills`
  })
  await chapter('grants', () => grantAll(story, lines))
  await chapter('phones join', () => joinPhones(story))
  await chapter('evening post', posts)
  await chapter('shopping', () => goShopping(story))
  await chapter('paid ahead', () => payAhead(story))
  await chapter('evening post', posts)
  const posted = [...story.purchases]
  const short = await grantForSeconds(story, secondsOfShort)
  await chapter('refunds', () => refundSome(story, posted))
  await chapter('revocations', () => revokeSome(story))
  await chapter('expiry', short.see)
  await chapter('lost phones', () => loseSome(story))
  await chapter('evening post', posts)
  await chapter('settlement', () => settle(story))
  await chapter('evening post', posts)
  await chapter('the books', () => closeBooks(story, (line) => console.log(`    ${line}`)))
}

const began = Date.now()
let own: OwnSystem | null = null
try {
  own = asked.url === undefined ? await startOwnSystem() : null
  const origin = own?.url ?? new URL(asked.url ?? '').origin
  console.log(`seed ${asked.seed}, against ${origin}${own === null ? '' : ', a system of its own'}\n`)
  await play(origin)
  console.log(`\nbalanced to the cent, in ${((Date.now() - began) / 1000).toFixed(1)} s`)
} catch (error) {
  console.error(
    `\nThe town is off after ${((Date.now() - began) / 1000).toFixed(1)} s: ${error instanceof Error ? error.message : error}`,
  )
  process.exitCode = 1
} finally {
  await own?.close()
  // Connections that are kept alive would keep this process, too.
  process.exit()
}
