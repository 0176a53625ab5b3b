import type { RequestHandler } from 'express'
import helmet from 'helmet'

/** What a page from here may do: its own scripts, its own calls, WebAssembly for the scanner, and nothing from elsewhere. */
export function securityHeaders(origin: string): RequestHandler {
  const isSecure = origin.startsWith('https:')
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        mediaSrc: ["'self'", 'blob:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        workerSrc: ["'self'"],
        manifestSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    // A town tried out on plain localhost must not be remembered as one that has TLS.
    strictTransportSecurity: isSecure && { maxAge: 31_536_000, includeSubDomains: false },
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
  })
}

/** The camera is for scanning; where the phone is stays on it, to show what is near. Nothing of the API stays in a cache. */
export const privateByDefault: RequestHandler = (req, res, next) => {
  res.set('Permissions-Policy', 'camera=(self), geolocation=(self), microphone=(), payment=(), usb=()')
  if (/^\/(api|health|issuer)(\/|$)/.test(req.path)) res.set('Cache-Control', 'no-store')
  next()
}
