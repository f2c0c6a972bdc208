import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { home } from '../base';
import type { CometState } from '../comet/types';
import { ConnectionCheck, LONG_SILENCE, SILENCE } from '../model/connectioncheck';
import {
  type Finding,
  type Findings,
  type Grade,
  gradeOf,
  type StepName,
  stepNames,
  summarize,
} from '../model/connectioncheck-judge';
import { isoTime } from '../model/format';
import { stage } from '../model/session';
import { texts } from '../texts';
import { checkTexts } from '../texts/connectioncheck';
import { Button } from '../view/button';
import { Icon, type IconName } from '../view/icons';

const t = checkTexts;

/** Runs the check while it is shown, and tells step by step what was found. `focused` when what was pressed is gone. */
export function ConnectionCheckView({ focused = false }: { focused?: boolean }) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (focused) ref.current?.focus();
  }, [focused]);
  const check = useMemo(() => new ConnectionCheck(), []);
  const seconds = useSignal(SILENCE);
  const run = () => {
    seconds.value = SILENCE;
    void check.run();
  };
  useEffect(() => {
    run();
    return () => check.stop();
  }, [check]);

  const state = useComputed(() =>
    stage.value.name === 'chat' ? stage.value.chat.connection.state.value : null,
  );
  const findings = { ...check.findings.value, use: inUse(state.value) };
  const running = check.running.value;
  const sum = summary(findings, check.judged.value);
  return (
    <div ref={ref} class="check" tabIndex={-1} data-testid="connection-check">
      <p class="check-summary" role="status" data-testid="check-summary" data-state={sum.grade}>
        {sum.text}
      </p>
      <ol class="check-steps" aria-label={t.list}>
        {stepNames.map((name) => (
          <Step
            key={name}
            name={name}
            finding={findings[name]}
            running={running.has(name)}
            over={running.size === 0}
            seconds={seconds.value}
          />
        ))}
      </ol>
      <div class="check-buttons">
        {running.has('silence') ? (
          <Button data-testid="stop-silence" onClick={() => check.stopSilence()}>
            {t.stop}
          </Button>
        ) : (
          <Button
            look="main"
            busy={running.size > 0}
            aria-disabled={running.size > 0}
            data-testid="run-again"
            onClick={() => running.size === 0 && run()}
          >
            {t.again}
          </Button>
        )}
        {findings.silence && (
          <Button
            aria-disabled={running.size > 0}
            data-testid="long-silence"
            onClick={() => {
              if (running.size > 0) return;
              seconds.value = LONG_SILENCE;
              void check.measureSilence(LONG_SILENCE);
            }}
          >
            {t.longer}
          </Button>
        )}
        <CopyResult text={() => resultOf(findings, sum.text)} />
      </div>
    </div>
  );
}

function inUse(state: CometState | null): Finding {
  if (state === null) return { found: 'not-signed-in' };
  return { found: 'use', transport: state.transport, connected: state.phase === 'listening' };
}

function summary(findings: Findings, judged: boolean): { text: string; grade: Grade | 'running' } {
  if (!judged) return { text: t.running, grade: 'running' };
  const { use } = findings;
  const transport = use?.found === 'use' && use.connected ? use.transport : null;
  const sum = summarize(findings, transport);
  const grade = sum.found === 'fine' ? 'good' : sum.found.startsWith('held') ? 'note' : 'bad';
  return { text: t.summary(sum), grade };
}

const icons: Record<Grade, IconName> = { good: 'check', note: 'alert', bad: 'close' };

function Step({
  name,
  finding,
  running,
  over,
  seconds,
}: {
  name: StepName;
  finding: Finding | undefined;
  running: boolean;
  /** Nothing is measured any more. */
  over: boolean;
  /** Of silence. */
  seconds: number;
}) {
  const state = running ? 'running' : finding ? gradeOf(finding) : 'waiting';
  const measuring = name === 'silence' ? t.silent(seconds) : t.measuring;
  const text = running ? measuring : finding ? t.sentence(finding) : over ? t.skipped : t.waiting;
  return (
    <li class="check-step" data-state={state} data-testid={`check-${name}`}>
      <span class="check-mark">
        {state !== 'running' && state !== 'waiting' && <Icon name={icons[state]} />}
        <span class="visually-hidden">{t.states[state]}: </span>
      </span>
      <span class="check-name">{t.steps[name]}</span>
      <span class="check-text">{text}</span>
    </li>
  );
}

/** The whole as plain text, for whoever looks after the server. */
function resultOf(findings: Findings, sum: string): string {
  const lines = stepNames.flatMap((name) => {
    const finding = findings[name];
    return finding ? [`[${t.states[gradeOf(finding)]}] ${t.steps[name]}: ${t.sentence(finding)}`] : [];
  });
  return [t.heading(home(), isoTime(Date.now())), sum, '', ...lines, '', navigator.userAgent].join('\n');
}

/** Copies a text. The clipboard is missing on plain HTTP; then the text is shown and selected. */
function CopyResult({ text }: { text: () => string }) {
  const said = useSignal('');
  const shown = useSignal('');
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.select(), [shown.value]);
  const copy = async () => {
    const value = text();
    try {
      await navigator.clipboard.writeText(value);
      shown.value = '';
      said.value = t.copied;
    } catch {
      shown.value = value;
      said.value = texts.copyByHand;
    }
  };
  return (
    <>
      <Button data-testid="copy-result" onClick={() => void copy()}>
        <Icon name="copy" />
        {t.copy}
      </Button>
      <p class="check-said" role="status" data-testid="copy-said">
        {said.value}
      </p>
      {shown.value !== '' && (
        <textarea
          ref={field}
          class="input check-result"
          readOnly
          rows={8}
          aria-label={t.result}
          data-testid="check-result"
          value={shown.value}
        />
      )}
    </>
  );
}
