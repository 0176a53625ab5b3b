import { LoadState, StaffScreen } from '../staff/StaffScreen.tsx'
import { isOne } from '../staff/staffSession.ts'
import { useLoad } from '../staff/useLoad.ts'
import { staffWords } from '../staff/words.ts'
import { common } from '../text/common.ts'
import { sum } from '../text/format.ts'
import { municipalityName } from '../text/municipalities.ts'
import { Table } from '../ui/Table.tsx'
import { Facts } from './Facts.tsx'
import { ApproveMerchant, SuspendMerchant } from './MerchantActs.tsx'
import { MerchantState } from './MerchantsScreen.tsx'
import { loadMerchant, type Merchant } from './officeData.ts'
import { screens } from './screens.ts'
import { TillCode } from './TillCode.tsx'
import { words } from './words.ts'

/** One merchant: its account, its tills, and what may be done with it. */
export function MerchantScreen({ id }: { id: number }) {
  const t = words()
  const loaded = useLoad(() => loadMerchant(id), String(id))
  const one = loaded.value
  return (
    <StaffScreen title={one?.name ?? t.merchants.name} onBack={screens.back}>
      <LoadState of={loaded} />
      {one !== null && (
        <div class="columns">
          <div class="stack">
            <About of={one} />
            {one.state !== 'proposed' && <Tills of={one} />}
          </div>
          <div class="stack">
            {one.state === 'proposed' && isOne('finance') && <ApproveMerchant of={one} onChanged={loaded.reload} />}
            {one.state === 'approved' && isOne('officer') && <TillCode of={one} onLook={loaded.reload} />}
            {one.state === 'approved' && isOne('officer') && <SuspendMerchant of={one} onChanged={loaded.reload} />}
          </div>
        </div>
      )}
    </StaffScreen>
  )
}

function About({ of: one }: { of: Merchant }) {
  const t = words()
  // Whoever types the account again must have it from the agreement, not from this screen.
  const isHidden = one.state === 'proposed' && isOne('finance')
  return (
    <Facts
      of={[
        [t.state, <MerchantState key="state" of={one} />],
        [t.merchants.owed, <b key="owed">{sum(BigInt(one.owedCents))}</b>],
        [t.merchant.number, String(one.id)],
        [t.merchants.businessId, one.businessId],
        [t.merchant.address, `${one.street}, ${one.postalCode} ${municipalityName(one.municipality)}`],
        [t.merchants.purposes, one.purposes.map((purpose) => staffWords().purpose[purpose]).join(', ')],
        [t.merchant.iban, isHidden ? t.merchant.ibanHidden : one.iban.replace(/(.{4})(?=.)/g, '$1 ')],
        [t.merchant.reference, one.bankReference],
      ]}
    />
  )
}

function Tills({ of: one }: { of: Merchant }) {
  const t = words().merchant
  return (
    <Table
      caption={t.tills}
      rows={one.tills}
      keyOf={({ till }) => String(till)}
      empty={t.noTills}
      columns={[
        { title: t.tillName, cell: ({ name }) => name },
        { title: t.number, isNumber: true, cell: ({ till }) => String(till) },
        { title: t.ahead, cell: ({ acceptsAhead }) => (acceptsAhead ? common().yes : common().no) },
      ]}
    />
  )
}
