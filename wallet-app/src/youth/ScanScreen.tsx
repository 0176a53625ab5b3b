import { decodeCharge } from '../../../protocol/charge.ts'
import { Button } from '../ui/Button.tsx'
import { Camera } from '../ui/Camera.tsx'
import { wakeSound } from '../ui/feedback.ts'
import { Icon } from '../ui/Icon.tsx'
import { Screen } from '../ui/Screen.tsx'
import { screens } from './screens.ts'
import { words } from './words.ts'

/** Reads the till's code; or the youth shows one. */
export function ScanScreen() {
  const t = words().scan
  return (
    <Screen
      title={t.title}
      onBack={screens.back}
      foot={
        <>
          <Button kind="bare" onClick={() => screens.go({ is: 'shops', why: 'ahead' })}>
            {t.ahead}
          </Button>
          <Button onClick={() => screens.go({ is: 'shops', why: 'show' })}>
            <Icon name="code" /> {t.showMine}
          </Button>
        </>
      }
    >
      <p>{t.lead}</p>
      <Camera
        onText={(text) => {
          const charge = decodeCharge(text)
          if (charge === null) return false
          wakeSound()
          screens.replace({ is: 'confirm', charge })
          return true
        }}
      />
    </Screen>
  )
}
