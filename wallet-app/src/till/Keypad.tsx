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

export function Keypad({ onPress }: { onPress: (key: string) => void }) {
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
