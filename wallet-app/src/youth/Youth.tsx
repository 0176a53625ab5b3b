import { common } from '../text/common.ts'
import { LanguagePicker } from '../ui/LanguagePicker.tsx'
import { Screen } from '../ui/Screen.tsx'

/** The youth's face. */
export default function Youth() {
  return (
    <Screen title={common().app}>
      <LanguagePicker />
    </Screen>
  )
}
