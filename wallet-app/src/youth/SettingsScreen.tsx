import { useState } from 'preact/hooks'
import { directory } from '../sync/directory.ts'
import { Button } from '../ui/Button.tsx'
import { Card } from '../ui/Card.tsx'
import { Check } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { LanguagePicker } from '../ui/LanguagePicker.tsx'
import { Screen } from '../ui/Screen.tsx'
import { screens } from './screens.ts'
import { isHiddenAtStart, setHiddenAtStart } from './view.ts'
import { words } from './words.ts'

export function SettingsScreen() {
  const t = words()
  const [isOn, setOn] = useState(isHiddenAtStart)
  const phone = directory.value?.phone
  return (
    <Screen title={t.settings} onBack={screens.back}>
      <Card>
        <LanguagePicker />
      </Card>
      <Card>
        <Check
          label={t.preferences.hiddenAtStart}
          isOn={isOn}
          onChange={(next) => {
            setHiddenAtStart(next)
            setOn(next)
          }}
        />
      </Card>
      {phone && (
        <Card title={t.preferences.help}>
          <a class="button quiet-button" href={`tel:${phone.replace(/\s/g, '')}`}>
            <Icon name="phone" /> {phone}
          </a>
        </Card>
      )}
      <Card title={t.preferences.about}>
        <p class="quiet">{t.preferences.lost}</p>
        <Button kind="quiet" onClick={() => screens.go({ is: 'enrol', code: null })}>
          {t.preferences.newCode}
        </Button>
      </Card>
    </Screen>
  )
}
