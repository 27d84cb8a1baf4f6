//go:build e2e && production

package e2e

// inProduction is the installation that the suite runs on.
var inProduction *production

// startShape starts the production shape.
func (s *suite) startShape() error {
	p, err := newProduction(s, s.dir)
	inProduction, s.stopShape = p, p.stop
	if err != nil {
		return err
	}
	s.temporal = &temporalProcess{child: p.temporal.child, Address: p.temporalAddress()}
	s.shared, err = p.server()
	return err
}
