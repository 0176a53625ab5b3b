import { useState } from 'preact/hooks'
import type { listCases } from '../../../protocol/api/people.ts'
import type { Answer } from '../api/client.ts'
import { LoadState, StaffScreen } from '../staff/StaffScreen.tsx'
import { callStaff } from '../staff/staffSession.ts'
import { useLoad } from '../staff/useLoad.ts'
import { municipalityName } from '../text/municipalities.ts'
import { Button } from '../ui/Button.tsx'
import { Field } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Badge } from '../ui/Notice.tsx'
import { screens } from './screens.ts'
import { words } from './words.ts'

type CaseSummary = Answer<typeof listCases>['cases'][number]

/** My own cases. The search stays on this page: a pseudonym in an address would stay in logs. */
export function CasesScreen() {
  const t = words().cases
  const [search, setSearch] = useState('')
  const loaded = useLoad(async () => (await callStaff<typeof listCases>('get', '/api/desk/cases', { query: {} })).cases)
  const cases = loaded.value ?? []
  const found = cases.filter((one) => matches(one, search))

  return (
    <StaffScreen
      title={t.title}
      action={
        <Button kind="quiet" onClick={() => screens.go({ is: 'newCase' })}>
          <Icon name="plus" size={20} /> {t.open}
        </Button>
      }
    >
      {cases.length > 5 && <Field label={t.search} value={search} onInput={setSearch} type="search" />}
      <LoadState of={loaded} />
      {loaded.value !== null && found.length === 0 && <p class="quiet">{search === '' ? t.none : t.notFound}</p>}
      {found.length > 0 && (
        <ul class="rows">
          {found.map((one) => (
            <li key={one.id}>
              <CaseRow of={one} />
            </li>
          ))}
        </ul>
      )}
      {search !== '' && (
        <p class="quiet" role="status">
          {t.count(String(found.length), String(cases.length))}
        </p>
      )}
    </StaffScreen>
  )
}

function CaseRow({ of: { id, pseudonym, ageBand, municipality, hasWallet } }: { of: CaseSummary }) {
  const t = words()
  return (
    <button type="button" class="item plain" onClick={() => screens.go({ is: 'case', id })}>
      <span class="item-text">
        <b>{pseudonym}</b>
        <span class="quiet">
          {t.ageBand[ageBand]} · {municipalityName(municipality)}
        </span>
      </span>
      {hasWallet ? <Badge is="yes">{t.phone.has}</Badge> : <Badge is="plain">{t.phone.none}</Badge>}
    </button>
  )
}

export function matches({ pseudonym, municipality }: CaseSummary, search: string): boolean {
  const wanted = search.trim().toLocaleLowerCase('fi')
  return [pseudonym, municipalityName(municipality)].some((text) => text.toLocaleLowerCase('fi').includes(wanted))
}
