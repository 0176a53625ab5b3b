import { useState } from 'preact/hooks'
import type { proposeMerchant } from '../../../protocol/api/network.ts'
import type { Purpose } from '../../../protocol/purposes.ts'
import { MunicipalityField } from '../staff/MunicipalityField.tsx'
import { LoadState, StaffScreen } from '../staff/StaffScreen.tsx'
import { callStaff } from '../staff/staffSession.ts'
import { useLoad } from '../staff/useLoad.ts'
import { staffWords } from '../staff/words.ts'
import { Button } from '../ui/Button.tsx'
import { Field } from '../ui/Field.tsx'
import { Notice } from '../ui/Notice.tsx'
import { useAct } from '../ui/useAct.ts'
import { readDegrees } from './newMerchant.ts'
import { fieldFault, loadMerchants, nextNumber } from './officeData.ts'
import { PurposesField } from './PurposesField.tsx'
import { screens } from './screens.ts'
import { words } from './words.ts'

/** A merchant and its bank account, proposed by one person; another approves. */
export function NewMerchantScreen() {
  const loaded = useLoad(loadMerchants)
  return (
    <StaffScreen title={words().newMerchant.title} onBack={screens.back}>
      <LoadState of={loaded} />
      {loaded.value !== null && <Form first={nextNumber(loaded.value, 101)} />}
    </StaffScreen>
  )
}

function Form({ first }: { first: number }) {
  const t = words()
  const [typed, setTyped] = useState({
    ...{ number: String(first), name: '', businessId: '', iban: '', municipality: '' },
    ...{ street: '', postalCode: '', latitude: '', longitude: '' },
  })
  const [purposes, setPurposes] = useState<Purpose[]>([])
  const change = (part: Partial<typeof typed>) => setTyped({ ...typed, ...part })
  const latitude = readDegrees(typed.latitude, 90)
  const longitude = readDegrees(typed.longitude, 180)
  const isPostalCode = /^\d{5}$/.test(typed.postalCode)
  const missing = whatIsMissing()

  function whatIsMissing(): string | null {
    const named: [string, string][] = [
      [typed.name, t.newMerchant.name],
      [typed.businessId, t.merchants.businessId],
      [typed.iban, t.merchant.iban],
      [typed.street, t.newMerchant.street],
    ]
    const empty = named.find(([text]) => text.trim() === '')
    if (empty !== undefined) return t.newMerchant.fillIn(empty[1])
    if (purposes.length === 0) return t.newMerchant.fillIn(t.merchants.purposes)
    if (!isPostalCode) return t.newMerchant.postalCodeWrong
    if (typed.municipality === '') return staffWords().municipalityUnknown
    if (!/^[1-9]\d{0,8}$/.test(typed.number)) return t.newMerchant.fillIn(t.newMerchant.number)
    return latitude === undefined || longitude === undefined ? t.newMerchant.placeWrong : null
  }

  const [act, propose] = useAct(async () => {
    const { number, name, businessId, iban, municipality, street, postalCode } = typed
    const place = {
      municipality,
      street: street.trim(),
      postalCode,
      latitude: latitude ?? null,
      longitude: longitude ?? null,
    }
    const body = {
      id: Number(number),
      name: name.trim(),
      businessId: businessId.trim(),
      iban: iban.trim(),
      purposes,
      ...place,
    }
    const { id } = await callStaff<typeof proposeMerchant>('post', '/api/office/merchants', { body })
    screens.replace({ is: 'merchant', id })
  })
  const refused = act.is === 'failed' ? act.refused : null
  const wrong = (field: string) => (fieldFault(refused, field) === null ? null : t.newMerchant.checkDigits)

  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault()
        if (missing === null) void propose()
      }}
    >
      <p class="quiet">{t.newMerchant.lead}</p>
      <Field
        label={t.newMerchant.name}
        hint={t.newMerchant.nameHint}
        value={typed.name}
        onInput={(name) => change({ name })}
        maxLength={70}
      />
      <div class="pair">
        <Field
          label={t.merchants.businessId}
          value={typed.businessId}
          onInput={(businessId) => change({ businessId })}
          maxLength={20}
          error={wrong('businessId')}
        />
        <Field
          label={t.merchant.iban}
          value={typed.iban}
          onInput={(iban) => change({ iban })}
          isCode
          maxLength={40}
          error={wrong('iban')}
        />
      </div>
      <PurposesField label={t.merchants.purposes} value={purposes} onChange={setPurposes} />
      <div class="pair">
        <Field
          label={t.newMerchant.street}
          value={typed.street}
          onInput={(street) => change({ street })}
          maxLength={70}
        />
        <Field
          label={t.newMerchant.postalCode}
          value={typed.postalCode}
          onInput={(postalCode) => change({ postalCode })}
          inputMode="numeric"
          maxLength={5}
          error={typed.postalCode.length === 5 && !isPostalCode ? t.newMerchant.postalCodeWrong : null}
        />
        <MunicipalityField code={typed.municipality} onChange={(municipality) => change({ municipality })} />
        <Field
          label={t.newMerchant.number}
          value={typed.number}
          onInput={(number) => change({ number })}
          inputMode="numeric"
          maxLength={9}
        />
        <Field
          label={t.newMerchant.latitude}
          value={typed.latitude}
          onInput={(text) => change({ latitude: text })}
          inputMode="decimal"
          error={latitude === undefined ? t.newMerchant.placeWrong : null}
        />
        <Field
          label={t.newMerchant.longitude}
          value={typed.longitude}
          onInput={(text) => change({ longitude: text })}
          inputMode="decimal"
          error={longitude === undefined ? t.newMerchant.placeWrong : null}
        />
      </div>
      {act.is === 'failed' && <Notice is="no">{act.because}</Notice>}
      <div class="row">
        <Button type="submit" isBusy={act.is === 'busy'} missing={missing}>
          {t.newMerchant.propose}
        </Button>
      </div>
    </form>
  )
}
