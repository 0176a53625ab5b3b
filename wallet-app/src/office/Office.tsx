import { StaffFrame, type Tab } from '../staff/StaffFrame.tsx'
import { BooksScreen } from './BooksScreen.tsx'
import { MerchantScreen } from './MerchantScreen.tsx'
import { MerchantsScreen } from './MerchantsScreen.tsx'
import { NewMerchantScreen } from './NewMerchantScreen.tsx'
import { NewProgrammeScreen } from './NewProgrammeScreen.tsx'
import { PostScreen } from './PostScreen.tsx'
import { ProgrammeScreen } from './ProgrammeScreen.tsx'
import { ProgrammesScreen } from './ProgrammesScreen.tsx'
import { SettlementScreen } from './SettlementScreen.tsx'
import { SettlementsScreen } from './SettlementsScreen.tsx'
import { type OfficeScreen, screens } from './screens.ts'
import { words } from './words.ts'
import './office.css'

/** Programme officers, finance and auditors: budgets, merchants, the evening post, settlements, the books. */
export default function Office() {
  return (
    <StaffFrame face="office" roles={['officer', 'finance', 'auditor']} loadWords={words.load} tabs={tabs}>
      {() => <Shown />}
    </StaffFrame>
  )
}

type TabName = 'programmes' | 'merchants' | 'post' | 'settlements' | 'books'

const tabOf: Record<OfficeScreen['is'], TabName> = {
  programmes: 'programmes',
  programme: 'programmes',
  newProgramme: 'programmes',
  merchants: 'merchants',
  merchant: 'merchants',
  newMerchant: 'merchants',
  post: 'post',
  settlements: 'settlements',
  settlement: 'settlements',
  books: 'books',
}

function tabs(): Tab[] {
  const t = words().tabs
  const names: readonly TabName[] = ['programmes', 'merchants', 'post', 'settlements', 'books']
  return names.map((name) => ({
    text: t[name],
    isCurrent: tabOf[screens.now.value.is] === name,
    onOpen: () => screens.go({ is: name }),
  }))
}

function Shown() {
  const screen = screens.now.value
  switch (screen.is) {
    case 'programmes':
      return <ProgrammesScreen />
    case 'programme':
      return <ProgrammeScreen key={screen.id} id={screen.id} />
    case 'newProgramme':
      return <NewProgrammeScreen />
    case 'merchants':
      return <MerchantsScreen />
    case 'merchant':
      return <MerchantScreen key={screen.id} id={screen.id} />
    case 'newMerchant':
      return <NewMerchantScreen />
    case 'post':
      return <PostScreen />
    case 'settlements':
      return <SettlementsScreen />
    case 'settlement':
      return <SettlementScreen key={screen.id} id={screen.id} />
    case 'books':
      return <BooksScreen />
  }
}
