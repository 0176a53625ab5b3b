import { StaffFrame, type Tab } from '../staff/StaffFrame.tsx'
import { isOne } from '../staff/staffSession.ts'
import { ApprovalsScreen } from './ApprovalsScreen.tsx'
import { CaseScreen } from './CaseScreen.tsx'
import { CasesScreen } from './CasesScreen.tsx'
import { CodeScreen } from './CodeScreen.tsx'
import { DecideScreen, GrantScreen } from './GrantScreen.tsx'
import { NewCaseScreen } from './NewCaseScreen.tsx'
import { screens } from './screens.ts'
import { words } from './words.ts'
import './desk.css'

/** The workers' face: from a need to a code in a youth's phone, between two meetings. */
export default function Desk() {
  return (
    <StaffFrame face="desk" roles={['worker', 'approver']} loadWords={words.load} tabs={tabs}>
      {() => <Shown />}
    </StaffFrame>
  )
}

function tabs(): Tab[] {
  const t = words()
  const isApprovals = screens.now.value.is === 'approvals' || !isOne('worker')
  return [
    ...(isOne('worker')
      ? [{ text: t.cases.title, isCurrent: !isApprovals, onOpen: () => screens.go({ is: 'cases' }) }]
      : []),
    ...(isOne('approver')
      ? [{ text: t.approvals.title, isCurrent: isApprovals, onOpen: () => screens.go({ is: 'approvals' }) }]
      : []),
  ]
}

function Shown() {
  const screen = screens.now.value
  if (!isOne('worker')) return <ApprovalsScreen />
  switch (screen.is) {
    case 'cases':
      return <CasesScreen />
    case 'newCase':
      return <NewCaseScreen />
    case 'case':
      return <CaseScreen key={screen.id} id={screen.id} />
    case 'grant':
      return (
        <GrantScreen
          key={`${screen.caseId} ${screen.programme} ${screen.template}`}
          caseId={screen.caseId}
          programme={screen.programme}
          template={screen.template}
        />
      )
    case 'decide':
      return <DecideScreen key={screen.need} caseId={screen.caseId} need={screen.need} />
    case 'code':
      return <CodeScreen key={screen.caseId} caseId={screen.caseId} />
    case 'approvals':
      return <ApprovalsScreen />
  }
}
