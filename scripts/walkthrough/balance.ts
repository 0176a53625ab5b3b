import type { reconcile } from '../../protocol/api/audit.ts'
import type { Answered } from './partner.ts'

type Reconciliation = Answered<typeof reconcile>
type Programme = Reconciliation['programmes'][number]

/** The equation of invariant 1 in cents, per programme and in all, with each term of chain, database and bank. */
export function balanceLines({ programmes, total, block, differences, balanced }: Reconciliation): string[] {
  const lines = programmes.flatMap(programmeLines)
  const totals = Object.entries(total).map(([name, cents]) => `${name} ${cents}`)
  return [
    ...lines,
    `all programmes, block ${block}`,
    ...wrapped(totals),
    ...differences.map(
      ({ invariant, what, programme, note, expectedCents, foundCents }) =>
        `  OFF (invariant ${invariant})${programme === null ? '' : ` programme ${programme}`}${note === null ? '' : ` note ${note}`}: ` +
        `${what}: expected ${expectedCents}, found ${foundCents}`,
    ),
    balanced ? 'balanced to the cent' : 'NOT balanced',
  ]
}

function programmeLines(programme: Programme): string[] {
  const { grantedCents, spentCents, leftCents, expiredCents, revokedCents } = programme
  const sum = spentCents + leftCents + expiredCents + revokedCents
  const isSo = grantedCents === sum ? '=' : '≠'
  return [
    `${programme.programme} ${programme.name}`,
    `  granted ${grantedCents} ${isSo} spent ${spentCents} + left ${leftCents} + expired ${expiredCents} + revoked ${revokedCents}`,
    ...termLines('chain', programme.chain),
    ...termLines('database', programme.database),
    ...termLines('bank', programme.bank),
  ]
}

function termLines(side: string, terms: Record<string, bigint>): string[] {
  const texts = Object.entries(terms).map(([name, cents]) => `${name} ${cents}`)
  return texts.length === 0 ? [] : wrapped([`${side.padEnd(9)}${texts[0]}`, ...texts.slice(1)])
}

function wrapped(texts: string[]): string[] {
  const lines: string[] = []
  for (const text of texts) {
    const last = lines.at(-1)
    if (last !== undefined && `${last} · ${text}`.length <= 116) lines[lines.length - 1] = `${last} · ${text}`
    else lines.push(lines.length === 0 ? `  ${text}` : `  ${' '.repeat(9)}${text}`)
  }
  return lines
}
