import { common } from '../text/common.ts'
import { LanguagePicker } from '../ui/LanguagePicker.tsx'
import { Screen } from '../ui/Screen.tsx'

/** The till's face. */
export default function Till() {
  return (
    <Screen title={common().app}>
      <LanguagePicker />
    </Screen>
  )
}
