import { createHash } from 'node:crypto'
import { type Config, readConfig } from '../../server/config.ts'
import type { Deps } from '../../server/deps.ts'
import { organisation, staff } from './town.ts'

/** Settings of a sample town, which the environment may change one by one. */
export function sampleConfig(env: Record<string, string | undefined>, own: Record<string, string> = {}): Config {
  const defaults = {
    SAMPLE: 'true',
    LOG_LEVEL: 'warn',
    PORT: '8080',
    DATA: env.KIPINA_DATA_DIR ?? 'data',
    POST_INTERVAL_SECONDS: '60',
    SHEET_WAIT_SECONDS: '60',
  }
  return readConfig({ ...defaults, ...env, ...own })
}

/**
 * Puts the sample's organisation and staff into the database: the two things for which there is no call, since a real town
 * gets them from whoever installs it. Again changes nothing. `workersLimitCents`: what a worker may decide alone in a day.
 */
export async function installStaff({ db }: Pick<Deps, 'db'>, workersLimitCents?: bigint): Promise<void> {
  const { id, kind, name, municipality, phone } = organisation
  await db
    .insertInto('organisations')
    .values({ id, kind, name: JSON.stringify(name), municipality, phone })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const people = staff.map((person) => ({
    id: idOf(person.subject),
    organisation_id: id,
    subject: person.subject,
    name: person.name,
    roles: person.roles,
    decision_limit_cents: person.roles.includes('worker')
      ? (workersLimitCents ?? person.decisionLimitCents)
      : person.decisionLimitCents,
  }))
  await db
    .insertInto('staff')
    .values(people)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** A fixed UUID for a name, so that doing a thing again is doing nothing. */
export function idOf(name: string): string {
  const hex = createHash('sha256').update(`kipina sample ${name}`).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
