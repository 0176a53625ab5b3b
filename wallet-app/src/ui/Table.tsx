import type { ComponentChildren } from 'preact'
import { common } from '../text/common.ts'
import './table.css'

export interface Column<R> {
  title: string
  /** Numbers and sums stand at the end of their column. */
  isNumber?: boolean
  cell: (row: R) => ComponentChildren
  /** The last row's cell, for sums. */
  total?: ComponentChildren
}

export interface TableProps<R> {
  /** What the table is; not shown where the title above it says the same. */
  caption: string
  isTitled?: boolean
  columns: readonly Column<R>[]
  rows: readonly R[]
  keyOf: (row: R) => string
  /** Shown when there is no row. */
  empty?: string
}

/** For staff. The first column names the row; the frame scrolls sideways, and by keyboard, where it is narrow. */
export function Table<R>({ caption, isTitled = false, columns, rows, keyOf, empty }: TableProps<R>) {
  const hasTotals = rows.length > 0 && columns.some((column) => column.total !== undefined)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a frame that scrolls must be reachable by keyboard.
    <section class="table-frame" aria-label={caption} tabIndex={0}>
      <table class="table">
        <caption class={isTitled ? 'unseen' : undefined}>{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" class={column.isNumber ? 'number' : undefined}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.length === 0 && (
            <tr>
              <td colSpan={columns.length} class="quiet">
                {empty ?? common().nothingHere}
              </td>
            </tr>
          )}
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column, place) =>
                place === 0 ? (
                  <th key={column.title} scope="row" class={column.isNumber ? 'number' : undefined}>
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.title} class={column.isNumber ? 'number' : undefined}>
                    {column.cell(row)}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
        {hasTotals && (
          <tfoot>
            <tr>
              {columns.map((column) => (
                <td key={column.title} class={column.isNumber ? 'number' : undefined}>
                  {column.total}
                </td>
              ))}
            </tr>
          </tfoot>
        )}
      </table>
    </section>
  )
}
