import { encodeReceipt } from '../../../protocol/receipt.ts'
import { receiptFromJson } from '../api/wire.ts'
import { placeOf } from '../sync/directory.ts'
import { payments } from '../sync/walletState.ts'
import { sum } from '../text/format.ts'
import { Button } from '../ui/Button.tsx'
import { Code } from '../ui/Code.tsx'
import { Screen } from '../ui/Screen.tsx'
import { screens } from './screens.ts'
import { words } from './words.ts'

/** The acceptor's word as a code: a till without network turns green by it alone. */
export function ReceiptCodeScreen({ payment: id }: { payment: string }) {
  const t = words()
  const payment = payments.value.find(({ receipt }) => receipt.payment === id)
  if (!payment) return <Screen title={t.receipts.title} onBack={screens.back} children={null} />
  const { receipt } = payment
  return (
    <Screen
      title={placeOf(receipt.merchant)?.name ?? t.receipts.unknownShop}
      onBack={screens.back}
      foot={<Button onClick={screens.home}>{t.paid.done}</Button>}
    >
      <div>
        <p class="headline">{sum(BigInt(receipt.priceCents))}</p>
        <p class="quiet">{t.receipts.aheadHint}</p>
      </div>
      <Code text={encodeReceipt(location.origin, receiptFromJson(receipt))} label={t.receipts.code} />
      <p class="quiet centre">
        {t.receipts.number} {receipt.receiptNumber}
      </p>
    </Screen>
  )
}
