import type { Purpose } from '../../../protocol/purposes.ts'

/** A plain shape for each purpose: something to recognise, nothing to explain to whoever looks over the shoulder. */
const shapes: Record<Purpose, string> = {
  food: 'M12 4a8 8 0 0 1 0 16z M12 4a8 8 0 0 0 0 16',
  clothes: 'M12 5l8 14H4z',
  travel: 'M4 12h16M14 6l6 6-6 6',
  hobby: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16z',
  culture: 'M12 3.500l8.500 8.500-8.500 8.500L3.500 12z',
  health: 'M9.500 4h5v5.500H20v5h-5.500V20h-5v-5.500H4v-5h5.500z',
  study: 'M5 5h14v14H5z M5 12h14',
  home: 'M4 12l8-8 8 8v8H4z',
}

const isFilled: Partial<Record<Purpose, string>> = { food: 'M12 4a8 8 0 0 1 0 16z' }

export function Mark({ purpose }: { purpose: Purpose | undefined }) {
  const shape = shapes[purpose ?? 'hobby']
  return (
    <span class="mark" aria-hidden="true">
      <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
        <path d={shape} fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" />
        <path d={isFilled[purpose ?? 'hobby'] ?? ''} fill="currentColor" />
      </svg>
    </span>
  )
}
