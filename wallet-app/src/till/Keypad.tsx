import { useEffect, useState } from 'preact/hooks'
import { sum } from '../text/format.ts'
import { Icon } from '../ui/Icon.tsx'
import { words } from './words.ts'

const mostCents = 9_999_999n

/** Digits come in from the right, as on a card terminal: 8, 9, 0 is 8,90. */
export function press(cents: bigint, key: string): bigint {
  if (key === 'erase') return cents / 10n
  const next = key === '00' ? cents * 100n : cents * 10n + BigInt(key)
  return next > mostCents ? cents : next
}

const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '00', '0', 'erase'] as const

/** A price that is typed on the screen or on a keyboard, in cents from the right. */
export function usePrice(): [cents: bigint, onPress: (key: string) => void] {
  const [cents, setCents] = useState(0n)
  const onPress = (key: string) => setCents((before) => press(before, key))
  useEffect(() => {
    function onKey({ key, target }: KeyboardEvent) {
      if (target instanceof HTMLButtonElement && key === 'Enter') return
      if (/^\d$/.test(key)) onPress(key)
      if (key === 'Backspace') onPress('erase')
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  return [cents, onPress]
}

/** The sum as it is typed, over the keys that type it. */
export function PricePad({ cents, onPress }: { cents: bigint; onPress: (key: string) => void }) {
  return (
    <>
      <output class="price" aria-live="polite">
        <span class={cents === 0n ? 'amount large empty' : 'amount large'}>{sum(cents)}</span>
      </output>
      <Keypad onPress={onPress} />
    </>
  )
}

function Keypad({ onPress }: { onPress: (key: string) => void }) {
  return (
    <div class="keypad">
      {keys.map((key) => (
        <button
          key={key}
          type="button"
          class="key"
          aria-label={key === 'erase' ? words().price.erase : undefined}
          onClick={() => onPress(key)}
        >
          {key === 'erase' ? <Icon name="erase" size={28} /> : key}
        </button>
      ))}
    </div>
  )
}
