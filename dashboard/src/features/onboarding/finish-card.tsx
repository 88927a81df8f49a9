import { Button, Title } from '@mantine/core';
import { IconArrowRight, IconPhoneCall } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { CALL_FORM } from '../assistant/call-panel.tsx';
import { formatSplit, RESTS_AFTER_S } from './clock.ts';
import classes from './finish-card.module.css';

interface Props {
  seconds: number;
  sandbox: boolean;
}

/** The splits are in the clock card above; here are only the total and where to go. */
export function FinishCard({ seconds, sandbox }: Props) {
  return (
    <section className={classes.card} aria-labelledby="finish-title">
      <div>
        <Title order={2} id="finish-title">
          Your receptionist is answering
        </Title>
        <p>
          {seconds < RESTS_AFTER_S
            ? `Sign-up to confirmed appointment took ${formatSplit(seconds)}. `
            : 'Your setup is complete. '}
          The patient got the text.
        </p>
      </div>
      <div className={classes.actions}>
        {!sandbox ? null : (
          <Button
            variant="white"
            c="#08544f"
            leftSection={<IconPhoneCall size={18} aria-hidden />}
            type="submit"
            form={CALL_FORM}
            onClick={() => document.getElementById(CALL_FORM)?.scrollIntoView({ block: 'center' })}
          >
            Run again
          </Button>
        )}
        <Button
          component={Link}
          to="/"
          variant="outline"
          c="#ffffff"
          style={{ borderColor: '#b9dcdc' }}
          rightSection={<IconArrowRight size={18} aria-hidden />}
        >
          Go to Today
        </Button>
      </div>
    </section>
  );
}
