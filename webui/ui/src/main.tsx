/*
 * The page of the lab. From the inside out:
 *
 *   core/   pure: the log, the outline of spans, screen time, frames, geometry,
 *           texts; tested by ui/test without a browser
 *   words/  everything the page says, in Korean and English
 *   state/  signals: the connection (lab), the playhead (playback), what is
 *           selected and open (view), preferences
 *   views/  components; a frame of the map is drawn by hand (marks), all else by Preact
 *   editor/ the rich text editor, loaded when a file is opened
 *   style/  tokens and style sheets
 *
 * protocol.ts is made from webui/protocol.go.
 */
import { render } from 'preact';
import './style/main.css';
import { App } from './views/app';

render(<App />, document.getElementById('app')!);
