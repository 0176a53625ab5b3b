import type { Response } from 'express'

/** Named in logs and figures in the place of a path: a path holds ids, a template does not. */
export function nameRoute(res: Response, template: string): void {
  res.locals.route = template
}

/** The template of what was asked; `other` for what is no endpoint: a page, a file, nothing. */
export function routeOf(res: Response): string {
  return typeof res.locals.route === 'string' ? res.locals.route : 'other'
}
