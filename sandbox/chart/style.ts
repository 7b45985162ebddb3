/** The mock EHR's own look, so that the app is seen inside a design that is not its own. */

export const chartStyle = `
body { margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: #e8edf1; }
.ehr-bar { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: center; padding: .5rem 1rem; background: #12395b; color: #fff; }
.ehr-bar a { color: #fff; }
.ehr-name { font-weight: 700; text-decoration: none; }
.ehr-name span { font-weight: 400; }
.ehr-synthetic { background: #ffd54a; color: #222; padding: 0 .5rem; border-radius: .25rem; }
.ehr-bar nav { margin-left: auto; display: flex; gap: 1rem; }
.ehr-main { flex: 1; display: grid; grid-template-columns: 17rem minmax(0, 1fr); }
.ehr-patients { background: #fff; border-right: 1px solid #c5d0d9; padding: .75rem; overflow-y: auto; max-height: calc(100vh - 3rem); }
.ehr-patients li a { display: block; padding: .35rem .5rem; color: #12395b; text-decoration: none; overflow-wrap: anywhere; }
.ehr-patients li a[aria-current] { background: #dbe9f4; font-weight: 600; }
.ehr-chart { display: flex; flex-direction: column; min-width: 0; }
.ehr-chart-header { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; padding: .6rem 1rem; background: #fff; border-bottom: 3px solid #2d7fb8; }
.ehr-chart-header h1 { font-size: 1.15rem; margin: 0; overflow-wrap: anywhere; }
.ehr-welcome { max-width: 56rem; padding: 1.5rem; }
.ehr-welcome a { color: #12395b; }
.ehr-welcome h1 { font-size: 1.5rem; }
.ehr-welcome h2 { margin-top: 1.5rem; font-size: 1.05rem; }
.ehr-tour { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(16rem, 100%), 1fr)); gap: .75rem; margin: 1rem 0 0; padding: 0; list-style: none; }
.ehr-tour li { position: relative; padding: .75rem 1rem; background: #fff; border: 1px solid #c5d0d9; border-radius: .375rem; }
.ehr-tour li:hover { border-color: #2d7fb8; }
.ehr-tour a { display: block; color: #12395b; }
.ehr-tour a::after { content: ""; position: absolute; inset: 0; }
.ehr-chart iframe { flex: 1; width: 100%; min-height: 34rem; border: 0; background: #fff; }
main.ehr-sign-in { width: min(34rem, 100% - 2rem); margin: 1.5rem auto; padding: 1.25rem; background: #fff; border: 1px solid #c5d0d9; border-radius: .375rem; overflow-wrap: anywhere; }
@media (max-width: 700px) {
  .ehr-main { grid-template-columns: minmax(0, 1fr); }
  .ehr-patients { max-height: 14rem; border-right: 0; border-bottom: 1px solid #c5d0d9; }
}
`;
