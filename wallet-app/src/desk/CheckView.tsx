import { useRef, useState } from 'preact/hooks'
import type { checkNeed } from '../../../protocol/api/grants.ts'
import { callStaff } from '../staff/staffSession.ts'
import { common } from '../text/common.ts'
import { explain } from '../text/explain.ts'
import { language } from '../text/text.ts'
import { Choices } from '../ui/Field.tsx'
import { Icon } from '../ui/Icon.tsx'
import { Badge, Notice } from '../ui/Notice.tsx'
import type { CheckResult, Need } from './deskData.ts'
import { type Question, questionsOf } from './facts.ts'
import { words } from './words.ts'

/** The published rules, criterion by criterion, with the questions that could still change the outcome. */
export function CheckView({ need, check, onNeed }: { need: Need; check: CheckResult; onNeed: (need: Need) => void }) {
  const t = words().check
  // What was tapped shows at once; the answers are sent one after the other, so that a quick second tap is not lost.
  const [tapped, setTapped] = useState<Partial<Record<Question, boolean>>>({})
  const [because, setBecause] = useState<string | null>(null)
  const line = useRef(Promise.resolve())

  function answer(name: Question, value: boolean) {
    setTapped((before) => ({ ...before, [name]: value }))
    line.current = line.current.then(async () => {
      try {
        const asked = { params: { need: need.id }, body: { facts: { [name]: value } } }
        onNeed(await callStaff<typeof checkNeed>('post', '/api/desk/needs/:need/check', asked))
        setBecause(null)
      } catch (error) {
        setTapped({})
        setBecause(explain(error))
      }
    })
  }
  return (
    <section class="card stack tight" aria-labelledby="check">
      <h2 id="check">{t.title}</h2>
      {questionsOf(check, need.facts).map((name) => (
        <YesNo
          key={name}
          question={t.fact[name]}
          value={tapped[name] ?? need.facts[name] ?? null}
          onAnswer={(value) => answer(name, value)}
        />
      ))}
      {because !== null && <Notice is="no">{because}</Notice>}
      <CheckResultView check={check} />
      <p class="side-note">{t.lead}</p>
    </section>
  )
}

interface YesNoProps {
  question: string
  value: boolean | null
  onAnswer: (value: boolean) => void
}

/** Unknown until it is answered. An answer can be changed, but what was known is not unknown again. */
function YesNo({ question, value, onAnswer }: YesNoProps) {
  const t = common()
  const options = [
    { value: 'yes' as const, text: t.yes },
    { value: 'no' as const, text: t.no },
    ...(value === null ? [{ value: 'unknown' as const, text: words().check.unknown }] : []),
  ]
  return (
    <Choices
      label={question}
      value={value === null ? 'unknown' : value ? 'yes' : 'no'}
      options={options}
      onChange={(next) => next !== 'unknown' && onAnswer(next === 'yes')}
    />
  )
}

const outcomeBadge = { meets_criteria: 'yes', does_not_meet: 'no', needs_information: 'waiting' } as const
const resultIcon = { met: 'tick', not_met: 'close', unknown: 'wait' } as const

/** The outcome and what it rests on; also for the second person. */
export function CheckResultView({ check }: { check: CheckResult }) {
  const t = words().check
  // Whatever is still unknown could not change it: otherwise it would be asked.
  const isSettled = check.outcome !== 'needs_information'
  return (
    <div class="stack tight" aria-live="polite">
      <div class="row">
        <Badge is={outcomeBadge[check.outcome]}>{t.outcome[check.outcome]}</Badge>
        <span class="quiet">{t.ruleSet(check.ruleSet)}</span>
      </div>
      <ul class="criteria">
        {check.criteria.map(({ id, result, sentence, legalBasis }) => (
          <li key={id} class={`criterion ${result}`}>
            <Icon name={resultIcon[result]} size={20} />
            <span>
              {sentence[language.value]}
              <span class="side-note legal">
                <b>{t.result[result === 'unknown' && isSettled ? 'needless' : result]}</b> · {legalBasis}
              </span>
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
