import { sum } from '../text/format.ts'
import type { Reconciliation } from './officeData.ts'
import { words } from './words.ts'

type Counted = Record<string, string>
type Programme = Reconciliation['programmes'][number]

/** Every term that the books were counted from, by programme: for whoever wants to add them up again. */
export function Terms({ of: books }: { of: Reconciliation }) {
  const t = words().books
  return (
    <section class="stack tight" aria-labelledby="terms">
      <h2 id="terms">{t.terms}</h2>
      <details class="more card">
        <summary>{t.totals}</summary>
        <Columns of={[['', books.total]]} />
      </details>
      {books.programmes.map(({ programme, name, chain, database, bank, ...counted }) => (
        <details key={programme} class="more card">
          <summary>{name}</summary>
          <Columns
            of={[
              [t.chain, chain],
              [t.database, { ...counters(counted), ...database }],
              [t.bank, bank],
            ]}
          />
        </details>
      ))}
    </section>
  )
}

function counters(one: Pick<Programme, `${'granted' | 'spent' | 'left' | 'expired' | 'revoked'}Cents`>): Counted {
  const { grantedCents, spentCents, leftCents, expiredCents, revokedCents } = one
  return { grantedCents, spentCents, leftCents, expiredCents, revokedCents }
}

function Columns({ of }: { of: readonly [title: string, terms: Counted][] }) {
  const t = words().books
  return (
    <div class="columns three">
      {of.map(([title, terms]) => (
        <div key={title} class="stack tight">
          {title !== '' && <h3>{title}</h3>}
          <dl class="facts">
            {Object.entries(terms).map(([name, value]) => [
              <dt key={name}>{t.term[name] ?? name}</dt>,
              <dd key={`${name} is`}>{sum(BigInt(value))}</dd>,
            ])}
          </dl>
        </div>
      ))}
    </div>
  )
}
