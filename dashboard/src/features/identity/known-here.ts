const KEY = 'voxanne-signed-in-before';

/** Whether this browser was signed in before: a first visitor is shown the sign-up, others the sign-in. */
export function knownHere(): boolean {
  try {
    return localStorage.getItem(KEY) !== null;
  } catch {
    return false;
  }
}

export function rememberHere() {
  try {
    localStorage.setItem(KEY, '1');
  } catch {
    // Storage can be blocked; then the server is asked at every visit whether there is a session.
  }
}
