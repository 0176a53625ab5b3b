/*
 * The page of the sample's own issuer. It works without scripts: a browser, a screen reader and a test press the same
 * buttons. Its colours and measures are the app's, copied since the server never sees the app; a test holds them together.
 */

export const pageLanguages = ['fi', 'sv', 'en'] as const

export type PageLanguage = (typeof pageLanguages)[number]

export interface SamplePerson {
  subject: string
  name: string
  roles: readonly string[]
  organisation: Record<PageLanguage, string>
}

export const stylePath = '/issuer/sign-in.css'

interface Words {
  title: string
  heading: string
  lead: string
  role: Record<string, string>
}

export const words: Record<PageLanguage, Words> = {
  fi: {
    title: 'Kirjaudu näytekaupunkiin',
    heading: 'Kuka olet näytekaupungissa?',
    lead: 'Kukaan täällä ei ole oikea, eikä keneltäkään kysytä salasanaa.',
    role: {
      worker: 'työntekijä',
      approver: 'hyväksyjä',
      officer: 'ohjelmavastaava',
      finance: 'talous',
      auditor: 'tarkastaja',
    },
  },
  sv: {
    title: 'Logga in i exempelstaden',
    heading: 'Vem är du i exempelstaden?',
    lead: 'Ingen här är verklig, och ingen behöver något lösenord.',
    role: {
      worker: 'handläggare',
      approver: 'godkännare',
      officer: 'programansvarig',
      finance: 'ekonomi',
      auditor: 'revisor',
    },
  },
  en: {
    title: 'Sign in to the sample town',
    heading: 'Who are you in the sample town?',
    lead: 'Nobody here is real, and nobody is asked for a password.',
    role: { worker: 'worker', approver: 'approver', officer: 'officer', finance: 'finance', auditor: 'auditor' },
  },
}

export function signInPage(action: string, staff: readonly SamplePerson[], language: PageLanguage): string {
  const t = words[language]
  const buttons = staff.map(({ subject, name, roles, organisation }) => {
    const what = `${roles.map((role) => t.role[role] ?? role).join(', ')} · ${organisation[language]}`
    return `<li><button name="subject" value="${escapeHtml(subject)}"><b>${escapeHtml(name)}</b> <span>${escapeHtml(what)}</span></button></li>`
  })
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${t.title}</title>
<link rel="stylesheet" href="${stylePath}">
</head>
<body>
<main>
  <h1>${t.heading}</h1>
  <p>${t.lead}</p>
  <form method="post" action="${escapeHtml(action)}">
    <ul>
    ${buttons.join('\n    ')}
    </ul>
  </form>
</main>
</body>
</html>
`
}

/** A file of its own: no style that stands in a page is let through. */
export const style = `:root {
  color-scheme: light dark;
  --ink: #14181f;
  --quiet: #4a5361;
  --paper: #f7f5f1;
  --card: #ffffff;
  --line: #e4dfd6;
  --focus: #1a5fd0;
  --corner: 18px;
  --edge: 20px;
  --column: 480px;
  --touch: 48px;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #f3f0ea;
    --quiet: #b4bac4;
    --paper: #101317;
    --card: #1a1f26;
    --line: #2c333d;
    --focus: #8ab8ff;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font: 400 1.0625rem / 1.45 'Atkinson Hyperlegible Next Variable', system-ui, 'Segoe UI', Roboto, 'Noto Sans', sans-serif;
}
main { max-width: var(--column); margin: 0 auto; padding: 24px var(--edge) 40px; }
h1 { margin: 0 0 8px; font-size: 1.875rem; line-height: 1.15; letter-spacing: -0.012em; text-wrap: balance; }
p { margin: 0 0 20px; color: var(--quiet); }
ul { margin: 0; padding: 0; list-style: none; border: 1px solid var(--line); border-radius: var(--corner); background: var(--card); overflow: hidden; }
li + li { border-top: 1px solid var(--line); }
button {
  display: block;
  width: 100%;
  min-height: var(--touch);
  padding: 10px 18px;
  border: 0;
  background: transparent;
  color: inherit;
  font: inherit;
  text-align: start;
  cursor: pointer;
}
button:hover b { text-decoration: underline; text-underline-offset: 0.2em; }
button:focus-visible { outline: 3px solid var(--focus); outline-offset: -4px; border-radius: var(--corner); }
b { font-weight: 650; }
span { display: block; color: var(--quiet); font-size: 0.9375rem; }
`

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
}
