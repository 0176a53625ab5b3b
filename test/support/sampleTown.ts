import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { grantByReference } from '../../protocol/api/grants.ts'
import { getDirectory } from '../../protocol/api/network.ts'
import { issueCode, openCase } from '../../protocol/api/people.ts'
import { openTown, type Town } from '../../scripts/sample/inProcess.ts'
import type { ProgrammeKey } from '../../scripts/sample/town.ts'
import { Books } from '../../scripts/walkthrough/books.ts'
import { Chance } from '../../scripts/walkthrough/chance.ts'
import { openProgrammes, openShops, type ProgrammeOpening } from '../../scripts/walkthrough/opening.ts'
import { Partner } from '../../scripts/walkthrough/partner.ts'
import { signInStaff } from '../../scripts/walkthrough/staff.ts'
import type { Story } from '../../scripts/walkthrough/story.ts'

export interface SampleTown extends Town {
  folder: string
  story: Story
  /** Ends the server and removes its folder. */
  end(): Promise<void>
}

interface Options extends Pick<ProgrammeOpening, 'undoSeconds' | 'mode'> {
  settings?: Record<string, string>
  onRequest?: (request: IncomingMessage) => void
}

/** The sample town on a real server in this process: programmes, shops and staff, no youth yet. */
export async function sampleTown({ undoSeconds, mode, ...rest }: Options): Promise<SampleTown> {
  const folder = mkdtempSync(join(tmpdir(), 'kipina-town-'))
  const town = await openTown({ folder, ...rest })
  const { origin } = town
  const staff = await signInStaff(origin)
  const { chain: facts } = await new Partner(origin).call(getDirectory)
  const programmes = await openProgrammes({ staff, firstNumber: 1, undoSeconds, mode })
  const shops = await openShops({ staff, firstNumber: 101 })
  const begun = { books: new Books(), clock: Date.now, width: 4, youths: [], purchases: [] }
  return {
    ...town,
    folder,
    story: { origin, chance: new Chance(1), staff, facts, programmes, shops, ...begun },
    async end() {
      await town.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A youth with one voucher by reference, and the code for the phone. */
export async function youthWithVoucher({ story }: SampleTown, key: ProgrammeKey, amountCents: bigint): Promise<string> {
  const [worker] = story.staff.workers
  const id = randomUUID()
  const body = {
    id,
    pseudonym: `Youth ${id.slice(0, 8)}`,
    ageBand: '15_17',
    municipality: '240',
    language: 'fi',
  } as const
  await worker.call(openCase, { body })
  const programme = story.programmes.get(key) ?? 0
  const validUntil = new Date(Date.now() + 30 * 86_400_000)
  const grant = { id: randomUUID(), case: id, programme, decisionNumber: `T-${id}`, amountCents, validUntil }
  await worker.call(grantByReference, { body: grant })
  return (await worker.call(issueCode, { params: { case: id }, body: {} })).code
}
