import { useState } from 'preact/hooks'
import { LoadState, StaffScreen } from '../staff/StaffScreen.tsx'
import { isOne } from '../staff/staffSession.ts'
import { useLoad } from '../staff/useLoad.ts'
import { staffWords } from '../staff/words.ts'
import { sum } from '../text/format.ts'
import { municipalityName } from '../text/municipalities.ts'
import { Button } from '../ui/Button.tsx'
import { Field } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Badge } from '../ui/Notice.tsx'
import { Table } from '../ui/Table.tsx'
import { loadMerchants, type Merchant } from './officeData.ts'
import { screens } from './screens.ts'
import { words } from './words.ts'

/** Every merchant of the organisation and what it is owed; those that wait for a yes come first. */
export function MerchantsScreen() {
  const t = words().merchants
  const [search, setSearch] = useState('')
  const loaded = useLoad(loadMerchants)
  const merchants = loaded.value ?? []
  const found = merchants.filter((one) => matches(one, search)).sort((a, b) => rank(a) - rank(b))
  const owed = found.reduce((total, one) => total + BigInt(one.owedCents), 0n)
  return (
    <StaffScreen
      title={t.title}
      action={
        isOne('officer') && (
          <Button kind="quiet" onClick={() => screens.go({ is: 'newMerchant' })}>
            <Icon name="plus" size={20} /> {t.propose}
          </Button>
        )
      }
    >
      {merchants.length > 8 && <Field label={t.search} value={search} onInput={setSearch} type="search" />}
      <LoadState of={loaded} />
      {loaded.value !== null && (
        <Table
          caption={t.title}
          isTitled
          rows={found}
          keyOf={({ id }) => String(id)}
          empty={t.none}
          columns={[
            {
              title: t.name,
              total: words().total,
              cell: (one) => (
                <div class="stack tight">
                  <button type="button" class="link-button" onClick={() => screens.go({ is: 'merchant', id: one.id })}>
                    {one.name}
                  </button>
                </div>
              ),
            },
            { title: words().state, cell: (one) => <MerchantState of={one} /> },
            { title: t.owed, isNumber: true, cell: (one) => sum(BigInt(one.owedCents)), total: sum(owed) },
            { title: t.municipality, cell: (one) => municipalityName(one.municipality) },
            { title: t.purposes, cell: (one) => one.purposes.map((it) => staffWords().purpose[it]).join(', ') },
            { title: t.businessId, cell: (one) => <span class="no-wrap">{one.businessId}</span> },
            { title: t.tills, isNumber: true, cell: (one) => String(one.tills.length) },
          ]}
        />
      )}
    </StaffScreen>
  )
}

export function MerchantState({ of: { state } }: { of: Pick<Merchant, 'state'> }) {
  const kind = { proposed: 'waiting', approved: 'yes', suspended: 'no' } as const
  return <Badge is={kind[state]}>{words().merchants.state[state]}</Badge>
}

function rank({ state }: Merchant): number {
  return state === 'proposed' ? 0 : 1
}

function matches({ name, municipality, businessId }: Merchant, search: string): boolean {
  const wanted = search.trim().toLocaleLowerCase('fi')
  return [name, municipalityName(municipality), businessId].some((it) => it.toLocaleLowerCase('fi').includes(wanted))
}
