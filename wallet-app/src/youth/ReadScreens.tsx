import { ReceiptScreen, ReceiptsScreen } from './ReceiptScreens.tsx'
import { SettingsScreen } from './SettingsScreen.tsx'
import type { YouthScreen } from './screens.ts'
import { VoucherScreen } from './VoucherScreen.tsx'

export type ReadScreen = Extract<YouthScreen, { is: 'voucher' | 'receipts' | 'receipt' | 'settings' }>

/** What is one tap behind the first screen and neither signs nor scans, in one file that is loaded apart. */
export function ReadScreens({ screen }: { screen: ReadScreen }) {
  switch (screen.is) {
    case 'voucher':
      return <VoucherScreen lineKey={screen.key} />
    case 'receipts':
      return <ReceiptsScreen />
    case 'receipt':
      return <ReceiptScreen payment={screen.payment} />
    case 'settings':
      return <SettingsScreen />
  }
}
