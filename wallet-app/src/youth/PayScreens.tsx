import { AheadScreen } from './AheadScreen.tsx'
import { CodeScreen } from './CodeScreen.tsx'
import { ConfirmScreen } from './ConfirmScreen.tsx'
import { PaidScreen } from './PaidScreen.tsx'
import { ReceiptCodeScreen } from './ReceiptCodeScreen.tsx'
import { ScanScreen } from './ScanScreen.tsx'
import { ShopsScreen } from './ShopsScreen.tsx'
import type { YouthScreen } from './screens.ts'
import { UpToScreen } from './UpToScreen.tsx'

export type PayScreen = Extract<
  YouthScreen,
  { is: 'scan' | 'confirm' | 'shops' | 'upTo' | 'ahead' | 'code' | 'paid' | 'receiptCode' }
>

/** Everything that signs, draws codes or looks through the camera, in one file that is loaded apart. */
export function PayScreens({ screen }: { screen: PayScreen }) {
  switch (screen.is) {
    case 'scan':
      return <ScanScreen />
    case 'confirm':
      return <ConfirmScreen charge={screen.charge} />
    case 'shops':
      return <ShopsScreen why={screen.why} />
    case 'upTo':
      return <UpToScreen merchant={screen.merchant} />
    case 'ahead':
      return <AheadScreen merchant={screen.merchant} till={screen.till} />
    case 'code':
      return <CodeScreen nonce={screen.nonce} />
    case 'paid':
      return <PaidScreen nonce={screen.nonce} />
    case 'receiptCode':
      return <ReceiptCodeScreen payment={screen.payment} />
  }
}
