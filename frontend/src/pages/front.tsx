import { useEffect } from 'preact/hooks';
import { route } from '../model/router';
import type { Stage } from '../model/session';
import { fetchWhenIdle } from '../view/lazy';
import { JoinPage } from './join';
import { ConnectionPage } from './parts';
import { SetupPage } from './setup';
import { SignInPage } from './sign-in';
import { SignUpPage } from './sign-up';

/** What somebody sees who is not signed in. */
export function FrontPage({ stage }: { stage: Extract<Stage, { name: 'setup' | 'visitor' }> }) {
  // Who cannot sign in may want to know what is in the way.
  useEffect(() => fetchWhenIdle(ConnectionPage), []);
  if (stage.name === 'setup') return <SetupPage codeRequired={stage.codeRequired} />;
  const { workspace, signUp, ended, suspension } = stage;
  const here = route.value;
  if (here.name === 'join') return <JoinPage token={here.token} />;
  if (here.name === 'sign-up') return <SignUpPage workspace={workspace} open={signUp === 'open'} />;
  return <SignInPage workspace={workspace} signUp={signUp} ended={ended} suspension={suspension} />;
}
