import { sum } from '../text/format.ts'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Screen } from '../ui/Screen.tsx'
import { PricePad, usePrice } from './Keypad.tsx'
import { screens } from './screens.ts'
import { words } from './words.ts'

interface UpToPriceProps {
  /** What the customer's code is good for: it says so itself, a balance it never tells. */
  most: bigint
  onPrice: (cents: bigint) => void
}

/** The code came first: now the price. Above what the code is good for, the button takes the part that it is. */
export function UpToPriceScreen({ most, onPrice }: UpToPriceProps) {
  const t = words()
  const [cents, onPress] = usePrice()
  const over = cents > most ? cents - most : 0n
  return (
    <Screen
      title={t.price.title}
      onBack={screens.home}
      foot={
        <Button missing={cents === 0n ? t.price.first : null} onClick={() => onPrice(cents - over)}>
          {cents === 0n ? t.price.take : over > 0n ? t.no.takePart(sum(most), sum(over)) : t.no.take(sum(cents))}
        </Button>
      }
    >
      <p>{t.price.upTo(sum(most))}</p>
      {over > 0n && <Notice is="waiting">{t.no.short(sum(over))}</Notice>}
      <PricePad cents={cents} onPress={onPress} />
    </Screen>
  )
}
